/** A backup of any size, read as it was written, and refused with the place named when a byte of it is not. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AppError } from "@holdfast/contract";
import { newRootKey } from "@holdfast/crypto";
import { describe, expect, test } from "vitest";
import { testFolder } from "../test/harness.ts";
import { ENVELOPE_BYTES, KEY_BYTES, MAGIC, PIECE_BYTES, printHeader, sha256Of } from "./backup-file.ts";
import { readBackup, readHeader } from "./backup-read.ts";
import { writeBackup } from "./backup-write.ts";

const root = newRootKey();
const PIECE = PIECE_BYTES + ENVELOPE_BYTES;

/** A backup of so many bytes, where its parts are, and a way to read it with other bytes in it. */
async function backupOf(size: number) {
	const folder = testFolder();
	const database = join(folder.path, "database");
	const content = randomBytes(size);
	writeFileSync(database, content);
	const path = join(folder.path, "one.backup");
	const header = { id: "0123456789abcdef", instance: "i", derivation: null, at: 1_700_000_000_000 };
	await writeBackup(path, root, { database, header, manifest: { revision: 7, settings: 2, versions: 3 } });
	const bytes = readFileSync(path);
	const headEnd = MAGIC.length + 4 + bytes.readUInt32BE(MAGIC.length) + 32;
	const manifestAt = headEnd + KEY_BYTES;
	const piecesAt = manifestAt + 4 + bytes.readUInt32BE(manifestAt);
	async function read(given: Uint8Array) {
		writeFileSync(path, given);
		const pieces: Buffer[] = [];
		const read = await readBackup(path, root, async (piece) => pieces.push(Buffer.from(piece)));
		return { ...read, content: Buffer.concat(pieces) };
	}
	/** What is said to be damaged in other bytes than these, and where. */
	async function complaint(given: Uint8Array): Promise<string> {
		const refused: AppError = await read(given).then(
			() => Promise.reject(new Error("it was taken")),
			(error) => error,
		);
		expect(refused).toMatchObject({ code: "BACKUP_DAMAGED", fields: { name: "one.backup" } });
		return refused.fields.detail ?? "";
	}
	return {
		path,
		bytes,
		content,
		headEnd,
		manifestAt,
		piecesAt,
		read,
		complaint,
		[Symbol.dispose]: folder[Symbol.dispose],
	};
}

function flipped(bytes: Buffer, at: number, bit = 1): Buffer {
	const copy = Buffer.from(bytes);
	copy[at] = (copy[at] ?? 0) ^ bit;
	return copy;
}

test.each([1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES])(
	"%i bytes are read as they were",
	async (size) => {
		using backup = await backupOf(size);
		const { content, header, manifest } = await backup.read(backup.bytes);
		expect(content.equals(backup.content)).toBe(true);
		expect(header).toMatchObject({ id: "0123456789abcdef", size, rootKey: root.id, fingerprint: root.fingerprint });
		expect(manifest).toMatchObject({ revision: 7, settings: 2, versions: 3, pieces: Math.ceil(size / PIECE_BYTES) });
		expect(await readHeader(backup.path)).toEqual(header);
		expect(backup.bytes.length).toBe(backup.piecesAt + size + Math.ceil(size / PIECE_BYTES) * ENVELOPE_BYTES);
	},
);

describe("one flipped byte is refused, and its place named", () => {
	test("in each part", async () => {
		using backup = await backupOf(3 * PIECE_BYTES - 5);
		const { bytes, headEnd, manifestAt, piecesAt } = backup;
		const at = (offset: number) => backup.complaint(flipped(bytes, offset));
		expect(await at(3)).toBe("it does not begin as a backup does, at byte 0");
		for (const offset of [MAGIC.length, MAGIC.length + 3, MAGIC.length + 9, headEnd - 40, headEnd - 1])
			expect(await at(offset)).toBe(`its header is cut or changed, at byte ${MAGIC.length}`);
		for (const offset of [headEnd, headEnd + 5, manifestAt - 1])
			expect(await at(offset)).toBe(`its key does not open, at byte ${headEnd}`);
		for (const offset of [manifestAt, manifestAt + 3, manifestAt + 4, piecesAt - 1])
			expect(await at(offset)).toBe(`its manifest does not open, at byte ${manifestAt}`);
		for (const [index, within] of [
			[0, 0],
			[0, PIECE - 1],
			[1, 30],
			[1, 40_000],
			[2, 0],
			[2, PIECE - 6],
		] as const)
			expect(await at(piecesAt + index * PIECE + within)).toBe(
				`piece ${index + 1} of 3 does not open, at byte ${piecesAt + index * PIECE}`,
			);
	});

	test(`at ${process.env.SLOW ? "every offset" : "a sample of offsets"}, any bit of it`, async () => {
		using backup = await backupOf(9_000);
		const step = process.env.SLOW ? 1 : 97;
		for (let at = 0; at < backup.bytes.length; at += step)
			expect(await backup.complaint(flipped(backup.bytes, at, 1 << (at % 8)))).toMatch(/, at byte \d+$/);
	});
});

test("a file cut anywhere is refused: at the end of each part, within it, and to nothing", async () => {
	using backup = await backupOf(3 * PIECE_BYTES);
	const { bytes, headEnd, manifestAt, piecesAt } = backup;
	const ends = [
		0,
		5,
		MAGIC.length,
		MAGIC.length + 2,
		headEnd - 1,
		headEnd,
		headEnd + 9,
		manifestAt,
		manifestAt + 4,
		piecesAt,
	];
	for (const end of ends) expect(await backup.complaint(bytes.subarray(0, end))).toMatch(/, at byte \d+$/);
	for (const index of [0, 1, 2])
		for (const within of [0, 1, 53, PIECE - 1]) {
			const end = piecesAt + index * PIECE + within;
			expect(await backup.complaint(bytes.subarray(0, end))).toBe(
				`it ends within piece ${index + 1} of 3, at byte ${end}`,
			);
		}
});

test("pieces in another order, left out, doubled or from another backup are refused", async () => {
	using backup = await backupOf(3 * PIECE_BYTES);
	using other = await backupOf(3 * PIECE_BYTES);
	const { bytes, piecesAt } = backup;
	const piece = (of: Buffer, index: number, from = piecesAt) =>
		of.subarray(from + index * PIECE, from + (index + 1) * PIECE);
	const made = (...pieces: Buffer[]) => backup.complaint(Buffer.concat([bytes.subarray(0, piecesAt), ...pieces]));
	const [a, b, c] = [piece(bytes, 0), piece(bytes, 1), piece(bytes, 2)];
	expect(await made(b, a, c)).toBe(`piece 1 of 3 does not open, at byte ${piecesAt}`);
	expect(await made(a, c, b)).toBe(`piece 2 of 3 does not open, at byte ${piecesAt + PIECE}`);
	expect(await made(a, a, c)).toBe(`piece 2 of 3 does not open, at byte ${piecesAt + PIECE}`);
	expect(await made(a, c)).toBe(`piece 2 of 3 does not open, at byte ${piecesAt + PIECE}`);
	expect(await made(a, piece(other.bytes, 1, other.piecesAt), c)).toBe(
		`piece 2 of 3 does not open, at byte ${piecesAt + PIECE}`,
	);
	expect(await made(a, b, c, c)).toBe(`something follows after its last piece, at byte ${piecesAt + 3 * PIECE}`);
	expect(await made(a, b, c, Buffer.from("\0"))).toContain("something follows");
});

test("a header that someone wrote anew, digest and all, is not believed", async () => {
	using backup = await backupOf(2 * PIECE_BYTES);
	const { header } = await backup.read(backup.bytes);
	const rest = backup.bytes.subarray(backup.headEnd);
	const forged = (more: object) => backup.complaint(Buffer.concat([printHeader({ ...header, ...more }), rest]));
	for (const more of [{ at: 0 }, { size: PIECE_BYTES }, { derivation: { algorithm: "scrypt", salt: "" } }])
		expect(await forged(more)).toMatch(/^its header is not the one that was written/);
	for (const more of [{ id: "f".repeat(16) }, { instance: "other" }, { key: "f".repeat(16) }])
		expect(await forged(more)).toMatch(/^its key does not open/);
	for (const more of [
		{ rootKey: "\u001b[2J" },
		{ fingerprint: "trust me" },
		{ size: -1 },
		{ size: 1e300 },
		{ format: "1" },
		{ id: 5 },
		{ instance: undefined },
		{ key: null },
		{ derivation: { algorithm: "scrypt", salt: 5 } },
	])
		expect(await forged(more)).toMatch(/^its header is cut or changed/);
	expect(await forged({ format: 2 })).toMatch(/^its format 2 is of a later Holdfast/);
	const json = Buffer.from("no JSON");
	const head = Buffer.concat([MAGIC, Buffer.from([0, 0, 0, json.length]), json]);
	expect(await backup.complaint(Buffer.concat([head, sha256Of(head), rest]))).toMatch(/^its header is cut or changed/);
});
