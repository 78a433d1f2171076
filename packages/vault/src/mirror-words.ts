/** What is said of a file after a look at it: one status, the names it is about, and a sentence. */
import { statSync } from "node:fs";
import { READER_LABELS, type Reader } from "@holdfast/contract";
import type { MirrorOptions, MirrorStatus } from "@holdfast/contract/schemas";
import { expansionWarnings, type ReplaceStatus } from "@holdfast/envfile";
import { isTakeable, type Line } from "./drift.ts";
import type { Look } from "./mirror-files.ts";

interface VaultOnly {
	name: string;
	readers: readonly Reader[];
}

/**
 * The status of a file, once the lines in `left` were left as someone edited them, and the others written. `how` they were
 * written is `null` when nothing was.
 */
export function describe(look: Look, left: readonly Line[], how: ReplaceStatus | null = null): MirrorStatus {
	const { options } = look;
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
	return { target, status: "mirrored", names: [], reason: warnings(look, how).join(" ") || null };
}

function warnings(look: Look, how: ReplaceStatus | null): string[] {
	const { path, options } = look;
	const plain = options.format === "plain" ? [exposedSentence(path, options.file), ...dollarSentences(look)] : [];
	return [how === "in-place" ? inPlaceSentence(options.file) : null, ...plain].filter((each) => each !== null);
}

/** A file that is mounted alone into a container cannot be renamed over. */
function inPlaceSentence(target: string): string {
	return `${target} is mounted on its own and could not be replaced in one step: it was written in place, by way of a journal.`;
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
	const what = isConflict ? "Saved and file both changed" : "Nothing there is overwritten";
	const choose = `${what}: choose a side, on the Drift screen or with \`holdfast resolve\`.`;
	const isComing = onEdit === "take-in" && left.every(isTakeable);
	const end = isComing ? "The edit is saved shortly, unless it looks like a mistake." : choose;
	return `${names} in ${file} ${left.length === 1 ? "is" : "are"} not what Holdfast wrote there. ${end}`;
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
