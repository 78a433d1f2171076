import { closeSync, openSync } from "node:fs";

/**
 * Make an empty file for its owner alone; leave one that is there as it is. An existing file is not even opened: closing it
 * would let go of every lock that this process holds on it (https://sqlite.org/howtocorrupt.html, section 2.2).
 */
export function makePrivateFile(path: string): void {
	try {
		closeSync(openSync(path, "wx", 0o600));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
}
