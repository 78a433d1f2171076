/**
 * Which machine this is, for what the database keeps of files that only one machine has. It is a name in the data folder, and
 * not the host's: a container has another of those at each start.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The prefix for folders of this machine. The caller holds the folder's `start` lock. */
export function machineOf(folder: string): string {
	const path = join(folder, "machine");
	try {
		writeFileSync(path, randomUUID(), { flag: "wx", mode: 0o600 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	return `${readFileSync(path, "utf8").trim()}:`;
}
