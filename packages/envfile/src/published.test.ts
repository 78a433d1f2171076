/**
 * What dotenv's and Node's own test files say, and where the three readers part: the README's table is what is tested.
 *
 * The last release of dotenv that brings its test file is a dependency of this test; later ones, and Node's, are not on the
 * registry and not copied here. `ENV_FIXTURES` names a folder that has them under the paths they have in their
 * repositories, as `dotenv/tests/.env` and `node/test/fixtures/dotenv/valid.env`; git's name for the contents says that
 * they are the ones that were looked at.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { AppError } from "@holdfast/contract";
import dotenv from "dotenv";
import { describe, expect, test } from "vitest";
import { tempFolder } from "../test/temp-folder.ts";
import { editDocument, parseDocument } from "./document.ts";
import { readEnvFile } from "./read.ts";
import { updateEnvFile } from "./update.ts";

const README = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8");
const FIXTURES = process.env.ENV_FIXTURES ?? "";

/** By git's names of the contents. The repositories are motdotla/dotenv and nodejs/node. */
const PUBLISHED = {
	"dotenv/tests/.env": "5af4b98c1ff74d0f9a3992679df23b5aff94b4c7",
	"dotenv/tests/.env-multiline": "95fde9403939445e5782cecb1005a58dcc7f7b88",
	"dotenv/tests/.env.bom": "6645897ab013a6f07913949f68f664ac5180ac15",
	"dotenv/tests/.env.local": "8a20f0ea622a9ebe5912a634c92b433a5b33255f",
	"dotenv/tests/.env.multiline": "95fde9403939445e5782cecb1005a58dcc7f7b88",
	"node/test/fixtures/dotenv/.env": "f098ff6c5e8258e877247695ff167926ce6d3d01",
	"node/test/fixtures/dotenv/basic-valid.env": "8b7407914c74047e2a49da7a8ae5162976ec2499",
	"node/test/fixtures/dotenv/eof-without-value.env": "1806141cfa01ae3288af7762ddc9a08e224b255c",
	"node/test/fixtures/dotenv/invalid-syntax.env": "1fa57c00b281e73db6817c80233a8554baf7590d",
	"node/test/fixtures/dotenv/lines-with-only-spaces.env": "5eeb5f48f53ff1fa4e5c3d2803e18d36eddff802",
	"node/test/fixtures/dotenv/multiline.env": "064ab0936d8b062845d5b71fea25a6bdf129b081",
	"node/test/fixtures/dotenv/no-final-newline-single-quotes.env": "4f1b37d7741e29c201244a6b3802ead3d57cc613",
	"node/test/fixtures/dotenv/no-final-newline.env": "ef996552bd9c905301c33bdcf2c07502d2b18b05",
	"node/test/fixtures/dotenv/node-options.env": "7907c3d8c4d00f4f4ef2e279fa6908b6c7a865bf",
	"node/test/fixtures/dotenv/sections.env": "4b686ff3c78db1297525f8b0eed405287eff3a1b",
	"node/test/fixtures/dotenv/simple.env": "1d61c3e1d8873015b219c4594acb730b3558559e",
	"node/test/fixtures/dotenv/valid.env": "f8479bb5ffb4a3abecb64c073ab2b88130b38ca4",
} as const;

/** The differences in them. Each is a row of the README's table, and named below it. */
const DIFFERENT: Partial<Record<keyof typeof PUBLISHED, { problem?: string; node?: [string, string] }>> = {
	"dotenv/tests/.env.bom": { node: ["BASIC", "\uFEFFBASIC"] },
	"node/test/fixtures/dotenv/valid.env": { problem: "line 58: unterminated quote" },
};

interface Row {
	text: string;
	ours: Record<string, string>;
	node: Record<string, string>;
	/** What an update of another name says. */
	update: string;
}

/** The rows of the README's table of differences. */
function rows(): Row[] {
	const table = /\| the text[^\n]*\n[^\n]*\n(.*?)\n\n/s.exec(README)?.[1] ?? "";
	return table.split("\n").map((line) => {
		const [text = "", ours = "", node = "", update = ""] = [...line.matchAll(/\| ([^|]*?) +(?=\|)/g)].map(
			([, cell = ""]) => cell.replace(/^`(.*)`$/, "$1"),
		);
		return {
			text: text.replaceAll("⏎", "\n").replaceAll("⍽", "\u00a0").replaceAll("⟨BOM⟩", "\uFEFF"),
			ours: JSON.parse(ours.replaceAll("⟨BOM⟩", "\uFEFF")),
			node: JSON.parse((node === "the same" ? ours : node).replaceAll("⍽", "\u00a0").replaceAll("⟨BOM⟩", "\uFEFF")),
			update,
		};
	});
}

/** A file with this text. */
function fileOf(text: string | Buffer) {
	const folder = tempFolder();
	const path = join(folder.path, ".env");
	writeFileSync(path, text);
	return { ...folder, path, root: folder.path };
}

function updated(text: string): string {
	using it = fileOf(text);
	try {
		updateEnvFile({ ...it, values: new Map([["ANOTHER", "x"]]) });
		return "edits it";
	} catch (error) {
		return error instanceof AppError ? `refuses: ${error.fields.detail}` : String(error);
	}
}

describe("the README's differences", () => {
	test("are all there, and name those of the published files", () => {
		expect(rows()).toHaveLength(15);
		for (const file of Object.keys(DIFFERENT)) expect(README).toContain(`\`${file.split("/").at(-1)}\``);
	});

	test.each(rows())("$text", ({ text, ours, node, update }) => {
		using it = fileOf(`${text}\n`);
		expect(Object.fromEntries(readEnvFile(it.path).entries)).toEqual(ours);
		expect({ ...dotenv.parse(`${text}\n`) }).toEqual(ours);
		expect({ ...parseEnv(`${text}\n`) }).toEqual(node);
		expect(updated(`${text}\n`)).toBe(update);
	});
});

test("dotenv 1.2.0 brings its own test file, which is read as dotenv and Node read it", () => {
	const published = createRequire(import.meta.url).resolve("dotenv-published/package.json");
	const bytes = readFileSync(join(dirname(published), "test", ".env"));
	using it = fileOf(bytes);
	const found = readEnvFile(it.path);
	expect(found.problem).toBeNull();
	expect(found.entries.size).toBe(17);
	expect(Object.fromEntries(found.entries)).toEqual({ ...dotenv.parse(bytes.toString()) });
	expect(Object.fromEntries(found.entries)).toEqual({ ...parseEnv(bytes.toString()) });
});

if (FIXTURES === "") {
	test.skip("published files are skipped: ENV_FIXTURES names no folder that has them", () => {});
} else {
	test.each(Object.entries(PUBLISHED))("%s", (path, name) => {
		const bytes = readFileSync(join(FIXTURES, path));
		expect(createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex")).toBe(name);
		const text = bytes.toString();
		const { problem = null, node: renamed = ["", ""] } = DIFFERENT[path as keyof typeof PUBLISHED] ?? {};
		using it = fileOf(bytes);
		const found = readEnvFile(it.path);
		expect(found.problem?.fields.detail ?? null).toBe(problem);
		expect(Object.fromEntries(found.entries)).toEqual({ ...dotenv.parse(text) });
		const forNode = [...found.entries].map(([key, value]) => [key === renamed[0] ? renamed[1] : key, value]);
		expect({ ...parseEnv(text) }).toEqual(Object.fromEntries(forNode));
		if (problem === null) expect(editDocument(parseDocument(bytes), new Map())).toBe(text.replace(/^\uFEFF/, ""));
	});
}
