/** The text of a `.env` file that is already there, to be imported from. It is read also where it cannot be edited safely. */
import { basename } from "node:path";
import { realDisk } from "./disk.ts";
import { decode } from "./document.ts";
import { readPlainFile } from "./plain-file.ts";
import { readEnvFile } from "./read.ts";

/**
 * A file's text for `readImport`; empty when there is no file.
 *
 * @throws AppError `FILE_UNSAFE` when it is no plain file, cannot be read, or is not UTF-8.
 */
export function readImportFile(path: string): string {
	const { state, problem } = readEnvFile(path);
	if (problem === null) return state.text ?? "";
	try {
		const bytes = readPlainFile(path, realDisk);
		return bytes === null ? "" : decode(bytes, basename(path));
	} catch {
		// Whatever it is, it kept the first reading from its text as well, and that one has said so.
		throw problem;
	}
}
