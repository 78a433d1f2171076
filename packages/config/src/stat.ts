/** What there is to know of a file or folder; `undefined` where there is none, or none that may be looked at. */
import { type Stats, statSync } from "node:fs";

export function statOf(path: string): Stats | undefined {
	try {
		return statSync(path, { throwIfNoEntry: false });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === undefined) throw error;
		return undefined;
	}
}
