/**
 * The form of a backup: a whole database in one file that only its root key opens. Guards that what was cut, changed, put in
 * another order or taken from another backup is found, and is named by its place.
 *
 *     size   field
 *     16     "holdfast-backup" and a line feed
 *     4      length of the header, big-endian like every length here
 *     n      header, JSON in the clear: which instance, which root key, when, how much
 *     32     SHA-256 of all before it, which tells damage from another root key
 *     85     the backup's own data key, an envelope under the root key
 *     4      length of the manifest
 *     n      manifest, an envelope under the data key: what the database is, and the SHA-256 of the header
 *     …      the database in pieces of 64 KiB, the last one shorter, each an envelope under the data key
 *
 * Envelopes are those of the crypto package, 53 bytes longer than what is in them. A piece is bound to its number from 0 and
 * to whether it is the last.
 */
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { AppError } from "@holdfast/contract";
import { type Derivation, fingerprintOf, type SealContext } from "@holdfast/crypto";

export const MAGIC = Buffer.from("holdfast-backup\n");
export const LENGTH_BYTES = 4;
export const DIGEST_BYTES = 32;
export const PIECE_BYTES = 64 * 1024;
/** By how much an envelope is longer than what is in it. */
export const ENVELOPE_BYTES = 53;
export const KEY_BYTES = 32 + ENVELOPE_BYTES;
/** A header or a manifest that says it is longer is none. */
export const LONGEST = 64 * 1024;
export const FORMAT = 1;

export interface BackupHeader {
	format: typeof FORMAT;
	/** The backup's id. */
	id: string;
	instance: string;
	/** The id of the root key that the data key is sealed under, and the same for people. */
	rootKey: string;
	fingerprint: string;
	/** How that root key is derived from a passphrase, if it is: the database that says so is inside. */
	derivation: Derivation | null;
	/** The id of the data key. */
	key: string;
	/** Milliseconds since 1970. */
	at: number;
	/** Of the database, in bytes. */
	size: number;
}

export interface BackupManifest {
	/** SHA-256 of the header as it is in the file, with what is before it, in hex. */
	header: string;
	revision: number;
	/** Current settings, shared and personal ones, and all their versions. */
	settings: number;
	versions: number;
	pieces: number;
	/** SHA-256 of the database, in hex. */
	sha256: string;
}

export const manifestContext = (header: BackupHeader): SealContext => contextOf(header, "manifest", 0);

export function pieceContext(header: BackupHeader, index: number): SealContext {
	return contextOf(header, index === piecesOf(header) - 1 ? "last" : "piece", index);
}

function contextOf({ instance, id }: BackupHeader, name: string, version: number): SealContext {
	return { purpose: "backup", instance, owner: `backup:${id}`, environment: "", name, version };
}

export function piecesOf({ size }: Pick<BackupHeader, "size">): number {
	return Math.ceil(size / PIECE_BYTES);
}

/** The bytes of the database that a piece has. */
export function pieceBytes({ size }: Pick<BackupHeader, "size">, index: number): number {
	return Math.min(PIECE_BYTES, size - index * PIECE_BYTES);
}

export function sha256Of(bytes: Uint8Array): Buffer {
	return createHash("sha256").update(bytes).digest();
}

/** The header with what is before it and its digest. */
export function printHeader(header: BackupHeader): Buffer {
	const json = Buffer.from(JSON.stringify(header));
	const head = Buffer.concat([MAGIC, lengthOf(json), json]);
	return Buffer.concat([head, sha256Of(head)]);
}

/**
 * The header in JSON whose digest was right; `null` when it is none. Anyone can write one with its digest, so nothing in it
 * is believed before the manifest has opened, and what is shown of it before that is a fingerprint and nothing else.
 */
export function parseHeader(json: string): BackupHeader | null {
	try {
		const header = JSON.parse(json) as BackupHeader;
		const isText = [header.id, header.instance, header.key].every((field) => typeof field === "string");
		const named = /^[0-9a-f]{16}$/.test(header.rootKey) && header.fingerprint === fingerprintOf(header.rootKey);
		return isText &&
			named &&
			isDerivation(header.derivation) &&
			Number.isSafeInteger(header.size) &&
			header.size > 0 &&
			Number.isSafeInteger(header.format)
			? header
			: null;
	} catch (error) {
		if (error instanceof SyntaxError || error instanceof TypeError) return null;
		throw error;
	}
}

/** What its numbers may be is the derivation's own to say. */
function isDerivation(derivation: Derivation | null): boolean {
	return derivation === null || typeof derivation.salt === "string";
}

export function lengthOf(bytes: Uint8Array): Buffer {
	const length = Buffer.alloc(LENGTH_BYTES);
	length.writeUInt32BE(bytes.length);
	return length;
}

/** Bytes of an open file from an offset on: `length` of them, or as many as there are. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
	const bytes = Buffer.alloc(length);
	let done = 0;
	while (done < length) {
		const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
		if (bytesRead === 0) break;
		done += bytesRead;
	}
	return bytes.subarray(0, done);
}

/** `BACKUP_DAMAGED`, with what is damaged and the offset at which that begins. */
export function damaged(name: string, what: string, offset: number): AppError {
	return new AppError("BACKUP_DAMAGED", { name, detail: `${what}, at byte ${offset}` });
}
