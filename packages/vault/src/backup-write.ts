/** Writing a backup: from a database file at rest into one encrypted file, a piece at a time, durable when it returns. */
import { createHash } from "node:crypto";
import { type FileHandle, open as openFile } from "node:fs/promises";
import { newDataKey, type RootKey, seal } from "@holdfast/crypto";
import {
	type BackupHeader,
	type BackupManifest,
	FORMAT,
	lengthOf,
	manifestContext,
	PIECE_BYTES,
	pieceBytes,
	pieceContext,
	piecesOf,
	printHeader,
	readAt,
	sha256Of,
} from "./backup-file.ts";

export interface Contents {
	/** The file with the database, which nobody writes to. */
	database: string;
	header: Pick<BackupHeader, "id" | "instance" | "derivation" | "at">;
	manifest: Pick<BackupManifest, "revision" | "settings" | "versions">;
	/** Called before each piece, so that a test can stop the process there. */
	onPiece?: () => void;
}

/** Write a backup to a path where there is no file. When it throws, what it wrote is the caller's to remove. */
export async function writeBackup(path: string, root: RootKey, contents: Contents): Promise<void> {
	await using database = await openFile(contents.database, "r");
	await using file = await openFile(path, "wx", 0o600);
	const { id, instance } = contents.header;
	const { key, stored } = newDataKey(root, instance, `backup:${id}`);
	const header: BackupHeader = {
		...contents.header,
		format: FORMAT,
		rootKey: root.id,
		fingerprint: root.fingerprint,
		key: key.id,
		size: (await database.stat()).size,
	};
	const head = printHeader(header);
	const manifest: BackupManifest = {
		...contents.manifest,
		header: sha256Of(head).toString("hex"),
		pieces: piecesOf(header),
		sha256: await digestOf(database, header),
	};
	const sealed = seal(key, manifestContext(header), Buffer.from(JSON.stringify(manifest)));
	await file.writeFile(Buffer.concat([head, stored.sealed, lengthOf(sealed), sealed]));
	for await (const { index, bytes } of piecesIn(database, header)) {
		contents.onPiece?.();
		await file.writeFile(seal(key, pieceContext(header, index), bytes));
	}
	await file.sync();
}

async function* piecesIn(database: FileHandle, header: BackupHeader) {
	for (let index = 0; index < piecesOf(header); index++)
		yield { index, bytes: await readAt(database, index * PIECE_BYTES, pieceBytes(header, index)) };
}

async function digestOf(database: FileHandle, header: BackupHeader): Promise<string> {
	const digest = createHash("sha256");
	for await (const { bytes } of piecesIn(database, header)) digest.update(bytes);
	return digest.digest("hex");
}
