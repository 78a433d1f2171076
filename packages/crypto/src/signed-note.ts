/**
 * Signed notes (C2SP signed-note, https://c2sp.org/signed-note): a text for people and programs, and below it who signed it.
 * The format, and that of its keys, is that of Go's `golang.org/x/mod/sumdb/note`, so that other tools verify what Holdfast
 * signs. Guards that a text is only handed out when a known key signed exactly it.
 *
 *     any text, in lines
 *                                        an empty line, then for each signature
 *     — <name> base64(key id, signature)
 *
 * Keys are Ed25519 (RFC 8032). A key goes by a name and an id, which is the first 4 bytes of
 * SHA-256(name, a line feed, 0x01, public key). As text:
 *
 *     <name>+<id in hex>+base64(0x01, public key)                who verifies has this
 *     PRIVATE+KEY+<name>+<id in hex>+base64(0x01, seed)          who signs has this, which is a secret
 *
 * A text has one reading only: base64 that has other padding or bits than would be written is not read.
 */
import {
	createHash,
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	type KeyObject,
	sign,
	verify,
} from "node:crypto";

const ED25519 = 0x01;
const KEY_BYTES = 32;
const ID_BYTES = 4;
/** As many as Go takes. Each one of a known key costs a verification. */
const MOST_SIGNATURES = 100;
const SECRET_PREFIX = "PRIVATE+KEY+";
/** What comes before the 32 bytes of a key in DER (RFC 8410). */
const DER_HEAD = { spki: "302a300506032b6570032100", pkcs8: "302e020100300506032b657004220420" };

/** A key whose signatures are believed. */
export interface NoteVerifier {
	readonly name: string;
	/** 8 lower-case hex digits. */
	readonly id: string;
	readonly publicKey: KeyObject;
}

/** A key that signs. */
export interface NoteSigner extends NoteVerifier {
	readonly privateKey: KeyObject;
}

/** A note that a known key signed. */
export interface OpenedNote {
	/** Ends with a line feed. */
	readonly text: string;
	/** The known keys whose signature it has. At least one. */
	readonly signedBy: readonly NoteVerifier[];
}

/**
 * Why a note does not open: it has not the form of one; none of the known keys signed it; a signature in the name of a known
 * key is not by that key over this text.
 */
export type NoteFault = "malformed" | "unknown-key" | "forged";

/**
 * A new key under a name, by convention a URL without its scheme that is the log's own.
 *
 * @throws RangeError if the name is empty or has white space or a plus sign.
 */
export function newNoteSigner(name: string): NoteSigner {
	return signerOf(name, generateKeyPairSync("ed25519").privateKey);
}

/** The verifier's key as text. */
export function verifierText({ name, id, publicKey }: NoteVerifier): string {
	return keyText(name, id, publicBytes(publicKey));
}

/** The signer's key as text: a secret, to be sealed before it is stored. */
export function signerText({ name, id, privateKey }: NoteSigner): string {
	const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-KEY_BYTES);
	return SECRET_PREFIX + keyText(name, id, seed);
}

/** Read a verifier's key; `null` when the text is none, of another kind than Ed25519, or its id is not that of its bytes. */
export function parseVerifier(text: string): NoteVerifier | null {
	const parts = readKeyText(text);
	if (parts === null) return null;
	const publicKey = createPublicKey(der("spki", parts.bytes));
	const verifier = { name: parts.name, id: idOf(parts.name, publicKey), publicKey };
	return verifier.id === parts.id ? verifier : null;
}

/** Read a signer's key; `null` when the text is none, of another kind than Ed25519, or its id is not that of its bytes. */
export function parseSigner(text: string): NoteSigner | null {
	const parts = text.startsWith(SECRET_PREFIX) ? readKeyText(text.slice(SECRET_PREFIX.length)) : null;
	if (parts === null) return null;
	const signer = signerOf(parts.name, createPrivateKey(der("pkcs8", parts.bytes)));
	return signer.id === parts.id ? signer : null;
}

/**
 * Sign a text. While a key is replaced by another, both sign, so that whoever knows either can verify.
 *
 * @throws RangeError if there is no signer, or the text does not end with a line feed, or has a control character.
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
	if (!isNoteText(text))
		throw new RangeError("A note's text ends with a line feed and has no other control character.");
	if (signers.length === 0) throw new RangeError("A note has to be signed.");
	const lines = signers.map(({ name, id, privateKey }) => {
		const signature = sign(null, Buffer.from(text), privateKey);
		return `— ${name} ${Buffer.concat([Buffer.from(id, "hex"), signature]).toString("base64")}\n`;
	});
	return `${text}\n${lines.join("")}`;
}

/**
 * Open a note with the keys that are known. Signatures of other keys are passed over, also when they go by the name or the id
 * of a known one, but not both. One false signature of a known key spoils the note.
 */
export function openNote(note: string, known: readonly NoteVerifier[]): OpenedNote | NoteFault {
	const parts = readNote(note);
	if (parts === null) return "malformed";
	const text = Buffer.from(parts.text);
	const signedBy = new Set<NoteVerifier>();
	for (const { name, id, signature } of parts.signatures) {
		const named = known.filter((verifier) => verifier.name === name && verifier.id === id);
		if (named.length === 0) continue;
		const signer = named.find(({ publicKey }) => verify(null, text, publicKey, signature));
		if (!signer) return "forged";
		signedBy.add(signer);
	}
	return signedBy.size === 0 ? "unknown-key" : { text: parts.text, signedBy: [...signedBy] };
}

interface SignatureLine {
	readonly name: string;
	readonly id: string;
	readonly signature: Uint8Array;
}

/** A note's text and its signatures, none of them verified; `null` when it is malformed. */
function readNote(note: string): { text: string; signatures: SignatureLine[] } | null {
	// The last empty line is the one that ends the text, which may have others.
	const end = note.lastIndexOf("\n\n") + 1;
	const text = note.slice(0, end);
	if (!isNoteText(text) || !isNoteText(note)) return null;
	const lines = note.slice(end + 1, -1).split("\n");
	if (lines.length > MOST_SIGNATURES) return null;
	const signatures = lines.map(readSignatureLine);
	return signatures.every((line) => line !== null) ? { text, signatures } : null;
}

function readSignatureLine(line: string): SignatureLine | null {
	const [dash, name = "", encoded = "", ...rest] = line.split(" ");
	const bytes = readBase64(encoded);
	if (dash !== "—" || rest.length > 0 || !isName(name) || bytes === null || bytes.length <= ID_BYTES) return null;
	return { name, id: bytes.toString("hex", 0, ID_BYTES), signature: bytes.subarray(ID_BYTES) };
}

/** Lines of Unicode text, each with its end, and no control character but that. */
function isNoteText(text: string): boolean {
	return text.endsWith("\n") && text.isWellFormed() && ![...text].some((char) => char < " " && char !== "\n");
}

function isName(name: string): boolean {
	return /^[^\p{White_Space}+]+$/u.test(name);
}

function signerOf(name: string, privateKey: KeyObject): NoteSigner {
	if (!isName(name))
		throw new RangeError(`${name} is no name of a key: it has to have no white space and no plus sign.`);
	const publicKey = createPublicKey(privateKey);
	return { name, id: idOf(name, publicKey), publicKey, privateKey };
}

function idOf(name: string, publicKey: KeyObject): string {
	const hash = createHash("sha256").update(`${name}\n`).update(Uint8Array.of(ED25519)).update(publicBytes(publicKey));
	return hash.digest("hex").slice(0, 2 * ID_BYTES);
}

function der<T extends keyof typeof DER_HEAD>(type: T, bytes: Uint8Array) {
	return { key: Buffer.concat([Buffer.from(DER_HEAD[type], "hex"), bytes]), format: "der", type } as const;
}

function publicBytes(key: KeyObject): Buffer {
	return key.export({ format: "der", type: "spki" }).subarray(-KEY_BYTES);
}

function keyText(name: string, id: string, bytes: Uint8Array): string {
	return `${name}+${id}+${Buffer.from([ED25519, ...bytes]).toString("base64")}`;
}

function readKeyText(text: string): { name: string; id: string; bytes: Buffer } | null {
	const [, name = "", id = "", encoded = ""] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
	const bytes = readBase64(encoded);
	if (!isName(name) || bytes?.length !== 1 + KEY_BYTES || bytes[0] !== ED25519) return null;
	return { name, id, bytes: bytes.subarray(1) };
}

function readBase64(text: string): Buffer | null {
	const bytes = Buffer.from(text, "base64");
	return bytes.toString("base64") === text ? bytes : null;
}
