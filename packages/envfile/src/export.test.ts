import { execFileSync } from "node:child_process";
import { parseEnv } from "node:util";
import { EXPORT_FORMATS } from "@holdfast/contract";
import dotenv from "dotenv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { exportValues } from "./export.ts";

const VALUES = new Map([
	["PLAIN", "sk-0123"],
	["SPACED", "  a b\t"],
	["HASHED", "a #b"],
	["QUOTED", "it's"],
	["DOUBLE", 'say "hi"'],
	["BOTH", `'"\``],
	["DOLLAR", `$HOME $(id) \`id\` \${X}`],
	["ENDING", "back\\"],
	["LINES", "one\n\ntwo\n"],
	["BREAK", "x'\nINJECT=1"],
	["NO", "1234"],
	["UNICODE", "é 🌊"],
]);

/** What a format says it holds. */
function held(left: { name: string }[]): Record<string, string> {
	const missing = new Set(left.map(({ name }) => name));
	return Object.fromEntries([...VALUES].filter(([name]) => !missing.has(name)));
}

/** As docker/cli reads an env file (pkg/kvfile/kvfile.go). */
function readByDocker(text: string): Record<string, string> {
	const values: Record<string, string> = {};
	for (const line of text.split(/\r?\n/).map((each) => each.trimStart())) {
		const at = line.indexOf("=");
		if (line !== "" && !line.startsWith("#")) values[line.slice(0, at)] = line.slice(at + 1);
	}
	return values;
}

describe("an export is read back", () => {
	test("dotenv, by dotenv and Node, without what has no portable form", () => {
		const { text, left } = exportValues(VALUES, "dotenv");
		expect(left.map(({ name }) => name)).toEqual(["BOTH", "DOLLAR", "ENDING"]);
		expect({ ...dotenv.parse(text) }).toEqual(held(left));
		expect({ ...parseEnv(text) }).toEqual(held(left));
	});

	test("sh, by a shell, whatever the value", () => {
		const { text, left } = exportValues(new Map([...VALUES, ["RETURN", "a\rb\r"]]), "sh");
		expect(left).toEqual([]);
		const printed = execFileSync("sh", ["-c", `${text}\nenv -0`], {
			env: { PATH: process.env.PATH },
			encoding: "utf8",
		});
		const read = new Map(
			printed.split("\0").map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
		);
		for (const [name, value] of VALUES) expect([name, read.get(name)]).toEqual([name, value]);
		expect(read.get("RETURN")).toBe("a\rb\r");
		expect(read.has("INJECT")).toBe(false);
	});

	test("json, by JSON.parse", () => {
		const { text, left } = exportValues(VALUES, "json");
		expect(left).toEqual([]);
		expect(JSON.parse(text)).toEqual(Object.fromEntries(VALUES));
		expect(JSON.parse(exportValues(new Map(), "json").text)).toEqual({});
	});

	test("docker, by its rules, without what has several lines or is longer than it reads", () => {
		const values = new Map([...VALUES, ["LONG", "x".repeat(64 * 1024)], ["RETURN", "a\r"]]);
		const { text, left } = exportValues(values, "docker");
		expect(left.map(({ name }) => name)).toEqual(["LINES", "BREAK", "LONG", "RETURN"]);
		expect(readByDocker(text)).toEqual(held(left));
	});

	test.each(["1.1", "1.2"] as const)("kubernetes, as YAML %s", (version) => {
		const { text, left } = exportValues(VALUES, "kubernetes", { title: "my-app.keys" });
		expect(left).toEqual([]);
		const { data, ...rest } = parse(text, { version });
		expect(rest).toEqual({ apiVersion: "v1", kind: "Secret", metadata: { name: "my-app.keys" }, type: "Opaque" });
		const read = Object.entries(data).map(([name, code]) => [name, Buffer.from(String(code), "base64").toString()]);
		expect(read).toEqual([...VALUES]);
		expect(parse(exportValues(new Map(), "kubernetes").text).data).toEqual({});
	});
});

test.each(["", "Upper", "-a", "a-", "a..b", "a_b", "a\n", "x".repeat(254)])("%j is no name for a Secret", (title) => {
	expect(() => exportValues(VALUES, "kubernetes", { title })).toThrow("the name of a Secret");
});

test("FAULTS 1: no format takes a name that is not a setting's", () => {
	for (const format of EXPORT_FORMATS) {
		expect(() => exportValues(new Map([["A=1\nB", "x"]]), format)).toThrow("is not a legal setting name");
	}
});

test("FAULTS 2: what no program can have in its environment is left out of every format, with the reason", () => {
	const values = new Map([
		["NUL", "a\0b"],
		["HALF", "a\ud800"],
	]);
	for (const format of EXPORT_FORMATS) {
		expect(exportValues(values, format).left).toEqual([
			{ name: "NUL", reason: "it has a NUL character" },
			{ name: "HALF", reason: "it has half of a surrogate pair" },
		]);
	}
});
