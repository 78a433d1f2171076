import fc from "fast-check";
import { expect, test } from "vitest";
import { type KnownLog, openCheckpoint, signCheckpoint } from "./checkpoint.ts";
import { leafHash } from "./merkle-hash.ts";
import { newNoteSigner, openNote, parseVerifier, signNote } from "./signed-note.ts";

const ORIGIN = "example.com/log";
const [oldKey, newKey, witness] = [newNoteSigner(ORIGIN), newNoteSigner(ORIGIN), newNoteSigner("witness.example")];
const log: KnownLog = { origin: ORIGIN, keys: [oldKey, newKey] };
const head = { size: 123_456_789_012, root: Buffer.from(leafHash(Buffer.from("hello world"))) };
const ROOT = "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=";

// Checkpoints of the Go checksum database, whose key is in github.com/golang/mod (`gosumcheck/main.go`).
const GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const GO_CHECKPOINTS = [
	[
		"3935567",
		"SapHtgdNCeF00Cx8kqztePV24kgzNg++Xovae42HAMw=",
		"sm7Wm4CVNR1RHq9BFnu9jzcRlU2uw7lr0gfUWgO6+rqPNjT+fUTl9gH0NRTgdwW9nItuQSMbhSaLCsk8YeYSAs=",
	],
	[
		"6476701",
		"mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=",
		"sLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=",
	],
	[
		"65209736",
		"5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=",
		"nbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=",
	],
] as const;

test.each(GO_CHECKPOINTS)("the Go checksum database's checkpoint at %s opens", (size, root, signature) => {
	const key = parseVerifier(GO_KEY);
	if (!key) throw new Error("the key is not read");
	const note = `go.sum database tree\n${size}\n${root}\n\n— sum.golang.org Az3gr${signature}\n`;
	const opened = openCheckpoint(note, { origin: "go.sum database tree", keys: [key] });
	const bytes = Buffer.from(root, "base64");
	expect(opened).toEqual({
		origin: "go.sum database tree",
		size: Number(size),
		root: bytes,
		extensions: [],
		signedBy: [key],
	});
	expect(openCheckpoint(note, { origin: ORIGIN, keys: [key] })).toBe("other-origin");
	expect(openCheckpoint(note.replace(size, `${size}0`), { origin: "go.sum database tree", keys: [key] })).toBe(
		"forged",
	);
});

test("a checkpoint's text is that of Go's tlog for this tree", () => {
	// From sumdb/tlog/note_test.go, but for the origin.
	const opened = openNote(signCheckpoint(ORIGIN, head, [oldKey]), [oldKey]);
	expect(opened).toMatchObject({ text: `${ORIGIN}\n123456789012\n${ROOT}\n` });
});

test("it opens to what was signed, whatever the tree", () => {
	const heads = fc.record({ size: fc.maxSafeNat(), root: fc.uint8Array({ minLength: 32, maxLength: 32 }) });
	const property = fc.property(heads, ({ size, root }) => {
		const opened = openCheckpoint(signCheckpoint(ORIGIN, { size, root }, [newKey]), log);
		expect(opened).toEqual({ origin: ORIGIN, size, root: Buffer.from(root), extensions: [], signedBy: [newKey] });
	});
	fc.assert(property, { numRuns: 200 });
});

test("a change of the key leaves old checkpoints good, and serves those who know either key meanwhile", () => {
	const [before, meanwhile, after] = [[oldKey], [oldKey, newKey], [newKey]].map((keys) =>
		signCheckpoint(ORIGIN, head, keys),
	);
	const opens = (note = "", keys = log.keys) => openCheckpoint(note, { origin: ORIGIN, keys });
	for (const note of [before, meanwhile, after]) expect(opens(note)).toMatchObject(head);
	expect(opens(meanwhile, [oldKey])).toMatchObject({ signedBy: [oldKey] });
	expect(opens(meanwhile, [newKey])).toMatchObject({ signedBy: [newKey] });
	expect(opens(before, [newKey])).toBe("unknown-key");
	expect(opens(after, [oldKey])).toBe("unknown-key");
});

test("what a witness added is passed over, and its signature alone is not the log's", () => {
	expect(openCheckpoint(signCheckpoint(ORIGIN, head, [witness, newKey]), log)).toMatchObject({ signedBy: [newKey] });
	expect(openCheckpoint(signCheckpoint(ORIGIN, head, [witness]), log)).toBe("unknown-key");
});

test("extension lines are kept as they are", () => {
	const note = signNote(`${ORIGIN}\n5\n${ROOT}\nfirst\n second — line\n`, [newKey]);
	expect(openCheckpoint(note, log)).toMatchObject({ size: 5, extensions: ["first", " second — line"] });
});

test.each([
	["no root", `${ORIGIN}\n5\n`],
	["no origin", `\n5\n${ROOT}\n`],
	["an empty extension", `${ORIGIN}\n5\n${ROOT}\n\n`],
	["an empty line before an extension", `${ORIGIN}\n5\n${ROOT}\n\nmore\n`],
	["a size with a zero before it", `${ORIGIN}\n05\n${ROOT}\n`],
	["a negative size", `${ORIGIN}\n-5\n${ROOT}\n`],
	["a size with a plus sign", `${ORIGIN}\n+5\n${ROOT}\n`],
	["a size in hexadecimal", `${ORIGIN}\n0x5\n${ROOT}\n`],
	["a size with a blank", `${ORIGIN}\n5 \n${ROOT}\n`],
	["a size in other digits", `${ORIGIN}\n٥\n${ROOT}\n`],
	["a size that cannot be told exactly", `${ORIGIN}\n9007199254740992\n${ROOT}\n`],
	["no size", `${ORIGIN}\n\n${ROOT}\n`],
	["a short root", `${ORIGIN}\n5\n${Buffer.alloc(31).toString("base64")}\n`],
	["a long root", `${ORIGIN}\n5\n${Buffer.alloc(33).toString("base64")}\n`],
	["a root without padding", `${ORIGIN}\n5\n${ROOT.replace("=", "")}\n`],
	["a root with bits that are left over", `${ORIGIN}\n5\n${ROOT.replace("Bb0=", "Bb1=")}\n`],
])("a signed text with %s is malformed", (_, text) => {
	expect(openCheckpoint(signNote(text, [newKey]), log)).toBe("malformed");
});

test("what would not open is not signed", () => {
	const wrong: [string, typeof head][] = [
		["", head],
		["two\nlines", head],
		[`${ORIGIN}\n5\n${ROOT}`, head],
		[ORIGIN, { ...head, size: -1 }],
		[ORIGIN, { ...head, size: 1.5 }],
		[ORIGIN, { ...head, size: 2 ** 53 }],
		[ORIGIN, { ...head, root: head.root.subarray(1) }],
	];
	for (const [origin, of] of wrong) expect(() => signCheckpoint(origin, of, [newKey])).toThrow(RangeError);
});
