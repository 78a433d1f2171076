/** What is said of a file after a look at it: one status, the names it is about, and a sentence. */
import { statSync } from "node:fs";
import { READER_LABELS, type Reader } from "@holdfast/contract";
import type { MirrorOptions, MirrorStatus } from "@holdfast/contract/schemas";
import { expansionWarnings } from "@holdfast/envfile";
import type { Line } from "./drift.ts";
import type { Look } from "./mirror-files.ts";

interface VaultOnly {
	name: string;
	readers: readonly Reader[];
}

/** The status of a file, once the lines in `left` were left as someone edited them, and the others written. */
export function describe(look: Look, left: readonly Line[]): MirrorStatus {
	const { options, path } = look;
	const { file: target } = options;
	const vaultOnly = look.lines.flatMap((line): VaultOnly[] => {
		// A line that says what is saved is proof of a form.
		if (line.saved === null || line.state === "same" || left.includes(line)) return [];
		const readers = look.misreaders(line.name, line.saved);
		return readers.length > 0 ? [{ name: line.name, readers }] : [];
	});
	const kept = vaultOnlySentence(vaultOnly);
	const names = left.map(({ name }) => name);
	if (left.length > 0) {
		const reason = [driftSentence(left, options), kept].filter((sentence) => sentence !== null).join(" ");
		return { target, status: "drift", names, reason };
	}
	if (kept !== null) return { target, status: "vault-only", names: vaultOnly.map(({ name }) => name), reason: kept };
	const warnings = options.format === "plain" ? [exposedSentence(path, target), ...dollarSentences(look)] : [];
	return { target, status: "mirrored", names: [], reason: warnings.filter((each) => each !== null).join(" ") || null };
}

/** Of what was written just now: a value that some reader expands as soon as it stands outside its single quotes. */
function dollarSentences({ lines, options }: Look): string[] {
	return lines.flatMap(({ name, state, saved }) => {
		const readers = state === "behind" && saved !== null ? expansionWarnings(saved, options.readers) : [];
		if (readers.length === 0) return [];
		const named = readers.map((reader) => READER_LABELS[reader]).join(", ");
		return [`${name} has a $. It is literal as it is written; ${named} would expand it outside its single quotes.`];
	});
}

function driftSentence(left: readonly Line[], { file, onEdit }: MirrorOptions): string {
	const names = left.map(({ name }) => name).join(", ");
	const isConflict = left.some(({ state }) => state === "conflict");
	const outcome = isConflict ? "Saved and file both changed: choose a side on the Drift screen." : "It was left alone.";
	const coming = onEdit === "take-in" && left.every(({ state }) => state === "edited" || state === "deleted");
	const end = coming ? "It is taken in shortly." : outcome;
	return `${names} in ${file} is not what Holdfast wrote there: someone edited it. ${end}`;
}

function vaultOnlySentence(vaultOnly: readonly VaultOnly[]): string | null {
	if (vaultOnly.length === 0) return null;
	const names = vaultOnly.map(({ name }) => name).join(", ");
	const readers = [...new Set(vaultOnly.flatMap((each) => each.readers))].map((reader) => READER_LABELS[reader]);
	return `${names} has no form in a .env file that ${readers.join(", ")} would read rightly; Holdfast keeps it.`;
}

/** A file keeps the mode it had. One that others can read is theirs to keep so, but not without a word. */
function exposedSentence(path: string, target: string): string | null {
	const stats = statSync(path, { throwIfNoEntry: false });
	const isExposed = stats !== undefined && (stats.mode & 0o077) !== 0;
	return isExposed ? `Other users of this machine can read ${target}. Run \`chmod 600 ${target}\`.` : null;
}
