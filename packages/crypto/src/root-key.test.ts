import { randomBytes } from "node:crypto";
import { AppError } from "@holdfast/contract";
import { expect, test } from "vitest";
import { newDataKey, openDataKey } from "./data-key.ts";
import { claimCode, fingerprinter } from "./fingerprint.ts";
import { canaryOf, newRootKey, parseRootKey, rootKeyOf, rootKeyText } from "./root-key.ts";

const refused = (text: string): unknown => {
	try {
		return parseRootKey(text, "root.key");
	} catch (error) {
		return error;
	}
};

test("a root key is read with white space around it, in either base64 alphabet", () => {
	const text = rootKeyText(newRootKey());
	const key = parseRootKey(` ${text}\n`, "root.key");
	expect(key.fingerprint).toMatch(/^([0-9a-f]{4}-){3}[0-9a-f]{4}$/);
	expect(parseRootKey(Buffer.from(text, "base64").toString("base64url"), "root.key").id).toBe(key.id);
});

test.each([
	["empty", "  \n"],
	["short", randomBytes(16).toString("base64")],
	["long", randomBytes(33).toString("base64")],
	["not base64", "this is not a key!"],
	["blank bytes", Buffer.alloc(32).toString("base64")],
])("FAULTS 15: a root key that is %s is refused, and the message does not hold it", (_, text) => {
	const error = refused(text);
	expect(error).toBeInstanceOf(AppError);
	expect(error).toMatchObject({ code: "ROOT_KEY_MALFORMED" });
	if (text.trim() !== "") expect(String(error)).not.toContain(text.trim());
});

test("a canary follows from the key, and is told from its id and from other keys' canaries", () => {
	const key = newRootKey();
	expect(canaryOf(key)).toMatch(/^[0-9a-f]{64}$/);
	expect(canaryOf(parseRootKey(rootKeyText(key), "a copy"))).toBe(canaryOf(key));
	expect(canaryOf({ ...newRootKey(), id: key.id })).not.toBe(canaryOf(key));
	expect(canaryOf(key)).not.toContain(key.id);
});

test("the bytes that a root key was made of can be wiped without changing it", () => {
	const bytes = randomBytes(32);
	const key = rootKeyOf(bytes);
	const text = rootKeyText(key);
	bytes.fill(0);
	expect(rootKeyText(key)).toBe(text);
});

test("a data key opens under its own root key, instance and owner alone", () => {
	const root = newRootKey();
	const { key, stored } = newDataKey(root, "i1", "user:ann");
	expect(openDataKey(root, "i1", stored)?.id).toBe(key.id);
	expect(openDataKey(root, "i2", stored)).toBeNull();
	expect(openDataKey(root, "i1", { ...stored, owner: "user:eve" })).toBeNull();
	expect(openDataKey(newRootKey(), "i1", stored)).toBeNull();
});

test("fingerprints tell same from different, per name and per instance", () => {
	const root = newRootKey();
	const [one, two] = [newDataKey(root, "i1", "instance").key, newDataKey(root, "i2", "instance").key];
	const mark = fingerprinter(one);
	expect(mark("A", "x")).toBe(fingerprinter(one)("A", "x"));
	expect(new Set([mark("A", "x"), mark("A", "y"), mark("B", "x"), fingerprinter(two)("A", "x")]).size).toBe(4);
	expect(claimCode(one)).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
	expect(claimCode(one)).not.toBe(claimCode(two));
});
