import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
	newNoteSigner,
	openNote,
	parseSigner,
	parseVerifier,
	signerText,
	signNote,
	verifierText,
} from "./signed-note.ts";

// Keys, text and signatures from the tests of golang.org/x/mod/sumdb/note.
const PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SIGNS = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.
`;
const BY_PETER =
	"— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const BY_ENOCH =
	"— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

function verifierOf(text: string) {
	const verifier = parseVerifier(text);
	if (!verifier) throw new Error("the key is not read");
	return verifier;
}

function signerOf(text: string) {
	const signer = parseSigner(text);
	if (!signer) throw new Error("the key is not read");
	return signer;
}

const peter = verifierOf(PETER);
const enoch = verifierOf(ENOCH);

/** Every piece of a text but the whole, and the text with each of its characters one further. */
function manglings(text: string): string[] {
	const mangled = Array.from(text, (char, i) => {
		return text.slice(0, i) + String.fromCharCode(char.charCodeAt(0) + 1) + text.slice(i + 1);
	});
	for (let start = 0; start < text.length; start++) {
		for (let end = start + 1; end <= text.length; end++) mangled.push(text.slice(start, end));
	}
	return mangled.filter((piece) => piece !== text);
}

test("published keys are read, and written as they were", () => {
	expect({ name: peter.name, id: peter.id }).toEqual({ name: "PeterNeumann", id: "c74f20a3" });
	expect(verifierText(peter)).toBe(PETER);
	expect(signerText(signerOf(PETER_SIGNS))).toBe(PETER_SIGNS);
	expect(verifierText(signerOf(PETER_SIGNS))).toBe(PETER);
});

test("a signer that is printed does not show its secret", () => {
	const signer = newNoteSigner("example.com/log");
	const seed = Buffer.from(signerText(signer).split("+").slice(4).join("+"), "base64").subarray(1);
	expect(seed).toHaveLength(32);
	const printed = `${inspect(signer, { depth: null, showHidden: true })} ${JSON.stringify(signer)}`;
	for (const form of ["hex", "base64", "base64url"] as const) expect(printed).not.toContain(seed.toString(form));
});

test("a mangled key is no key", () => {
	expect(manglings(PETER).filter(parseVerifier)).toEqual([]);
	expect(manglings(PETER_SIGNS).filter(parseSigner)).toEqual([]);
});

test.each([
	["too long, its id adjusted", "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="],
	["of another kind, its id adjusted", "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
	["with its id in capitals", PETER.replace("c74f20a3", "C74F20A3")],
	["with a line feed behind", `${PETER}\n`],
	["of a signer", PETER_SIGNS],
])("a key %s is refused", (_, text) => {
	expect(parseVerifier(text)).toBeNull();
});

test("a note is signed as published", () => {
	expect(signNote(TEXT, [signerOf(PETER_SIGNS)])).toBe(`${TEXT}\n${BY_PETER}`);
});

test("a note opens for each known key that signed it, and unknown ones are passed over", () => {
	const note = `${TEXT}\n${BY_PETER}${BY_ENOCH}`;
	expect(openNote(note, [peter])).toEqual({ text: TEXT, signedBy: [peter] });
	expect(openNote(note, [enoch, peter])).toEqual({ text: TEXT, signedBy: [peter, enoch] });
	expect(openNote(`${TEXT}\n${BY_PETER}${BY_PETER}`, [peter])).toEqual({ text: TEXT, signedBy: [peter] });
	expect(openNote(note, [])).toBe("unknown-key");
});

test("the examples of the C2SP specification open, or are not known", () => {
	const foo = verifierOf("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
	const text = "This is an example message.\n";
	const signature =
		"— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
	expect(openNote(`${text}\n${signature}`, [foo])).toEqual({ text, signedBy: [foo] });
	const poem = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`;
	expect(openNote(poem, [foo])).toBe("unknown-key");
});

test("a signature by the name or the id of a known key alone is passed over", () => {
	const misnamed = BY_PETER.replace("PeterNeumann", "CarmenSandiego");
	const otherId = BY_PETER.replace("x08g", "xxxx");
	expect(openNote(`${TEXT}\n${misnamed}${otherId}`, [peter])).toBe("unknown-key");
	expect(openNote(`${TEXT}\n${misnamed}${otherId}${BY_PETER}`, [peter])).toEqual({ text: TEXT, signedBy: [peter] });
});

test("one false signature of a known key spoils the note", () => {
	const longer = `${BY_PETER.slice(0, 60)}ABCD${BY_PETER.slice(60)}`;
	expect(openNote(`${TEXT}\n${longer}`, [peter])).toBe("forged");
	expect(openNote(`${TEXT}\n${BY_PETER}${longer}`, [peter])).toBe("forged");
	expect(openNote(`${TEXT}\n${BY_ENOCH}${longer}`, [peter, enoch])).toBe("forged");
	expect(openNote(`${TEXT.replace("cryptography", "steganography")}\n${BY_PETER}`, [peter])).toBe("forged");
});

test.each([
	["nothing", ""],
	["a text alone", TEXT],
	["no signature", `${TEXT}\n`],
	["no end of its last line", `${TEXT}\n${BY_PETER.slice(0, -1)}`],
	["no empty line before the signatures", `${TEXT}${BY_PETER}`],
	["another line among the signatures", `${TEXT}\n${BY_PETER}Unexpected line.\n`],
	["a control character", `\x01${TEXT}\n${BY_PETER}`],
	["carriage returns", `${TEXT}\n${BY_PETER}`.replaceAll("\n", "\r\n")],
	["half of a surrogate pair", `\ud800${TEXT}\n${BY_PETER}`],
	["a name in two words", `${TEXT}\n${BY_PETER.replace("PeterNeumann", "Peter Neumann")}`],
	["a name with a no-break space", `${TEXT}\n${BY_PETER.replace("PeterNeumann", "Peter\u00a0Neumann")}`],
	["a name with a plus sign", `${TEXT}\n${BY_PETER.replace("PeterNeumann", "Peter+Neumann")}`],
	["no name", `${TEXT}\n${BY_PETER.replace("PeterNeumann", "")}`],
	["a word behind the signature", `${TEXT}\n${BY_PETER.trimEnd()} more\n`],
	["a blank behind the signature", `${TEXT}\n${BY_PETER.trimEnd()} \n`],
	["two blanks in a signature", `${TEXT}\n${BY_PETER.replace("— ", "—  ")}`],
	["a hyphen for the dash", `${TEXT}\n${BY_PETER.replace("—", "-")}`],
	["a signature without bytes", `${TEXT}\n— PeterNeumann x08gow==\n`],
	["base64 without its padding", `${TEXT}\n${BY_PETER.replace("=", "")}`],
	["base64 with bits that are left over", `${TEXT}\n${BY_PETER.replace("nAM=", "nAN=")}`],
	["base64 for URLs", `${TEXT}\n${BY_PETER.replaceAll("/", "_")}`],
	["101 signatures", `${TEXT}\n${BY_PETER.repeat(101)}`],
])("a note with %s is malformed", (_, note) => {
	expect(openNote(note, [peter])).toBe("malformed");
});

test("a hundred signatures are taken, and a text may have empty lines and be nothing else", () => {
	expect(openNote(`${TEXT}\n${BY_PETER.repeat(100)}`, [peter])).toMatchObject({ signedBy: [peter] });
	const signer = newNoteSigner("example.com/log");
	for (const text of ["\n", "\n\n\n", "a\n\n\nb\n", "ed è subito sera 🌒\n"]) {
		expect(openNote(signNote(text, [signer]), [signer])).toMatchObject({ text });
	}
});

test("new keys differ, and are read as they are written", () => {
	const [one, other] = [newNoteSigner("example.com/log"), newNoteSigner("example.com/log")];
	expect(one.id).not.toBe(other.id);
	const note = signNote(TEXT, [signerOf(signerText(one)), other]);
	expect(openNote(note, [verifierOf(verifierText(one)), verifierOf(verifierText(other))])).toMatchObject({
		text: TEXT,
	});
});

test("any flipped bit of a note keeps it shut", () => {
	const bytes = Buffer.from(`${TEXT}\n${BY_PETER}`);
	for (let bit = 0; bit < bytes.length * 8; bit++) {
		const changed = Buffer.from(bytes);
		changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
		expect(openNote(changed.toString("utf8"), [peter])).toBeTypeOf("string");
	}
});

test("what cannot be a note is not signed, and what cannot be a name makes no key", () => {
	const signer = newNoteSigner("example.com/log");
	for (const text of ["", "no end", "a\r\n", "\ud800\n"]) expect(() => signNote(text, [signer])).toThrow(RangeError);
	expect(() => signNote(TEXT, [])).toThrow(RangeError);
	for (const name of ["", "a b", "a+b", "a\nb", "a\u2003b"]) expect(() => newNoteSigner(name)).toThrow(RangeError);
});
