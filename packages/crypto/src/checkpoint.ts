/**
 * Checkpoints of the log (C2SP tlog-checkpoint, https://c2sp.org/tlog-checkpoint): a signed note that says which log, how many
 * entries, and the root over them. Guards that who holds an old checkpoint compares it with a later one of the same log only.
 *
 *     example.com/log                                  the origin: which log it is
 *     20852163                                         the size, in decimal
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=     the root, in base64
 *                                                      further lines, if any, are extensions; then the signatures
 */
import { HASH_BYTES } from "./merkle-hash.ts";
import type { TreeHead } from "./merkle-verify.ts";
import { type NoteFault, type NoteSigner, type NoteVerifier, openNote, signNote } from "./signed-note.ts";

export interface Checkpoint extends TreeHead {
	readonly origin: string;
	/** Lines that other logs may add, as they are. Holdfast writes none. */
	readonly extensions: readonly string[];
}

/** A checkpoint that the log itself signed. */
export interface OpenedCheckpoint extends Checkpoint {
	/** Which of the log's keys signed it. At least one. */
	readonly signedBy: readonly NoteVerifier[];
}

/** A log as its verifiers know it: its origin, and each key that it signs or ever signed with. */
export interface KnownLog {
	readonly origin: string;
	readonly keys: readonly NoteVerifier[];
}

/** Why a checkpoint does not open: as a note, or because it is a log's of another origin. */
export type CheckpointFault = NoteFault | "other-origin";

/**
 * Sign a checkpoint. The caller's promise is that each one goes on from all that were signed before.
 *
 * @throws RangeError if the origin is empty or more than a line, the size none, or the root not 32 bytes.
 */
export function signCheckpoint(origin: string, { size, root }: TreeHead, signers: readonly NoteSigner[]): string {
	const text = `${origin}\n${size}\n${Buffer.from(root).toString("base64")}\n`;
	const read = readCheckpoint(text);
	if (read === null || read.extensions.length > 0) throw new RangeError("These are no origin, size and root of a log.");
	return signNote(text, signers);
}

/**
 * Open a checkpoint of a known log. One of its keys is enough, so that checkpoints from before a change of the key stay good,
 * and those signed with the old and the new key serve both. Others may have signed as well, which tells nothing here.
 */
export function openCheckpoint(note: string, log: KnownLog): OpenedCheckpoint | CheckpointFault {
	const opened = openNote(note, log.keys);
	if (typeof opened === "string") return opened;
	const checkpoint = readCheckpoint(opened.text);
	if (checkpoint === null) return "malformed";
	return checkpoint.origin === log.origin ? { ...checkpoint, signedBy: opened.signedBy } : "other-origin";
}

/** The text of a checkpoint; `null` when it is malformed. A size past 2^53 - 1 is, since it cannot be told exactly. */
function readCheckpoint(text: string): Checkpoint | null {
	const [origin = "", size = "", root = "", ...extensions] = text.slice(0, -1).split("\n");
	const bytes = Buffer.from(root, "base64");
	const isRoot = bytes.length === HASH_BYTES && bytes.toString("base64") === root;
	const isSize = /^(0|[1-9][0-9]*)$/.test(size) && Number.isSafeInteger(Number(size));
	if (origin === "" || !isSize || !isRoot || extensions.includes("")) return null;
	return { origin, size: Number(size), root: bytes, extensions };
}
