/**
 * Reading a backup: its header in the clear, and with its root key the database in it, a piece at a time. Nothing is given
 * out that was not proven to be what was written; what is damaged is refused with the place at which that begins.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open as openFile } from "node:fs/promises";
import { basename } from "node:path";
import { AppError } from "@holdfast/contract";
import { open, openDataKey, type RootKey, type SealingKey } from "@holdfast/crypto";
import {
	type BackupHeader,
	type BackupManifest,
	DIGEST_BYTES,
	damaged,
	ENVELOPE_BYTES,
	FORMAT,
	KEY_BYTES,
	LENGTH_BYTES,
	LONGEST,
	MAGIC,
	manifestContext,
	parseHeader,
	pieceBytes,
	pieceContext,
	piecesOf,
	readAt,
	sha256Of,
} from "./backup-file.ts";

/**
 * A backup's header. It says which root key is needed, and is proven only by `readBackup`.
 *
 * @throws AppError `BACKUP_DAMAGED`, `BACKUP_NOT_FOUND`
 */
export async function readHeader(path: string): Promise<BackupHeader> {
	await using file = await opened(path);
	return (await headOf(file, basename(path))).header;
}

/** Told of each piece of the database, in order. The next is read once it has taken this one. */
export type Sink = (bytes: Buffer) => Promise<unknown>;

/**
 * Read a whole backup with the root key that its header names. Without a sink, only to know that it is whole.
 *
 * @throws AppError `BACKUP_DAMAGED`, `BACKUP_NOT_FOUND`; what the sink was given until then is of no use.
 */
export async function readBackup(
	path: string,
	root: RootKey,
	sink?: Sink,
): Promise<{ header: BackupHeader; manifest: BackupManifest }> {
	await using file = await opened(path);
	const name = basename(path);
	const head = await headOf(file, name);
	const { header } = head;
	const inside = await keyAndManifest(file, root, { ...head, name });
	const count = piecesOf(header);
	const digest = createHash("sha256");
	let at = inside.end;
	for (let index = 0; index < count; index++) {
		const piece = `piece ${index + 1} of ${count}`;
		const length = pieceBytes(header, index) + ENVELOPE_BYTES;
		const sealed = await readAt(file, at, length);
		if (sealed.length < length) throw damaged(name, `it ends within ${piece}`, at + sealed.length);
		const bytes = open(inside.key, pieceContext(header, index), sealed);
		if (!bytes) throw damaged(name, `${piece} does not open`, at);
		digest.update(bytes);
		await sink?.(bytes);
		at += length;
	}
	if ((await readAt(file, at, 1)).length > 0) throw damaged(name, "something follows after its last piece", at);
	if (digest.digest("hex") !== inside.manifest.sha256)
		throw damaged(name, "its database is not the one that its manifest names", inside.end);
	return { header, manifest: inside.manifest };
}

async function opened(path: string): Promise<FileHandle> {
	try {
		return await openFile(path, "r");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		throw new AppError("BACKUP_NOT_FOUND", { name: basename(path) }, { cause: error });
	}
}

interface Head {
	header: BackupHeader;
	/** SHA-256 of all of it, in hex. */
	digest: string;
	end: number;
}

async function headOf(file: FileHandle, name: string): Promise<Head> {
	const start = await readAt(file, 0, MAGIC.length + LENGTH_BYTES);
	if (!start.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged(name, "it does not begin as a backup does", 0);
	const changed = () => damaged(name, "its header is cut or changed", MAGIC.length);
	if (start.length < MAGIC.length + LENGTH_BYTES) throw changed();
	const length = start.readUInt32BE(MAGIC.length);
	if (length > LONGEST) throw changed();
	const digestAt = start.length + length;
	const head = await readAt(file, 0, digestAt + DIGEST_BYTES);
	if (!head.subarray(digestAt).equals(sha256Of(head.subarray(0, digestAt)))) throw changed();
	const header = parseHeader(head.toString("utf8", start.length, digestAt));
	if (!header) throw changed();
	if (header.format !== FORMAT) throw damaged(name, `its format ${header.format} is of a later Holdfast`, start.length);
	return { header, digest: sha256Of(head).toString("hex"), end: head.length };
}

interface Inside {
	key: SealingKey;
	manifest: BackupManifest;
	end: number;
}

async function keyAndManifest(file: FileHandle, root: RootKey, head: Head & { name: string }): Promise<Inside> {
	const { header, name, end: keyAt } = head;
	const stored = {
		id: header.key,
		owner: `backup:${header.id}`,
		sealed: await readAt(file, keyAt, KEY_BYTES),
	} as const;
	const key = openDataKey(root, header.instance, stored);
	if (!key) throw damaged(name, "its key does not open", keyAt);
	const at = keyAt + KEY_BYTES;
	const changed = () => damaged(name, "its manifest does not open", at);
	const prefix = await readAt(file, at, LENGTH_BYTES);
	const length = prefix.length === LENGTH_BYTES ? prefix.readUInt32BE() : LONGEST + 1;
	if (length > LONGEST) throw changed();
	const text = open(key, manifestContext(header), await readAt(file, at + LENGTH_BYTES, length));
	if (!text) throw changed();
	const manifest = JSON.parse(text.toString("utf8")) as BackupManifest;
	if (manifest.header !== head.digest) throw damaged(name, "its header is not the one that was written", MAGIC.length);
	if (manifest.pieces !== piecesOf(header)) throw damaged(name, "its size is not the one that was written", at);
	return { key, manifest, end: at + LENGTH_BYTES + length };
}
