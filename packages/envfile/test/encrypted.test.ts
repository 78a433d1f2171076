/** Encrypted files, against dotenvx itself: what one writes, the other reads. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openCipher } from "../src/encrypted.ts";
import { codeOf, project, seenBy } from "./encrypted-project.ts";

const SAMPLES: Record<string, string> = {
	PLAIN: "AIza-example",
	QUOTES: `it's "so" and \`so\``,
	EVERY: `'"\`\\\${x}$(y)#\n`,
	LINES: "-----BEGIN KEY-----\nabc==\n-----END KEY-----\n",
	SPACES: "  both ends\t ",
	NEWLINE: "\n",
	NAME: `$HOME and \${HOME}`,
	FALLBACK: `\${NOPE:-fallback}`,
	COMMAND: "$(echo ran > ran.txt)",
	NESTED: '$(echo "$(echo ran)" > ran.txt)',
	TICKS: "`echo ran > ran.txt`",
	ESCAPED: "\\$HOME \\n \\t \\\\",
	AMOUNT: "$5 and $$ and $",
	BACKSLASH: "ends in \\",
	HASH: "#no # comment",
	UNICODE: "é 😀 \u2028 \u00a0 日本",
	JSON: '{"a":"b\\nc"}',
	LINK: "https://op.example/x?a=b&c",
	ASSIGNMENT: "x\nINJECTED=1\nexport INJECTED=2",
	PREFIX: "not encrypted:abc",
};

describe("dotenvx reads what is written", () => {
	test("FAULTS 3: every value, through `dotenvx run` and `dotenvx get`, literally; nothing runs", () => {
		using it = project();
		expect(it.update(SAMPLES)).toEqual({ status: "replaced", vaultOnly: [] });
		const seen = seenBy(it);
		const got: Record<string, string> = JSON.parse(it.dotenvx("get").stdout);
		for (const [name, value] of Object.entries(SAMPLES)) expect([seen[name], got[name]], name).toEqual([value, value]);
		const others = Object.keys(seen).filter((name) => !(name in SAMPLES));
		expect(others).toEqual(["DOTENV_PUBLIC_KEY_PRODUCTION"]);
		expect(Object.fromEntries(it.read().entries)).toEqual(SAMPLES);
		expect(it.list()).toEqual([".env.keys", ".env.production"]);
	});

	test("values of the characters that readers give a meaning to", () => {
		using it = project();
		const text = fc.string({ unit: fc.constantFrom(...`'"\`$\\#\n(){}[]:=-!&;|<> \ta0é`), maxLength: 12 });
		const count = process.env.SLOW === "1" ? 1000 : 24;
		const values = Object.fromEntries(fc.sample(text, count).map((value, at) => [`V${at}`, value]));
		expect(it.update(values).vaultOnly).toEqual([]);
		expect(seenBy(it)).toMatchObject(values);
		expect(Object.fromEntries(it.read().entries)).toEqual(values);
	});

	test.each([
		[".env", "DOTENV_PUBLIC_KEY"],
		[".env.eu-west-1", "DOTENV_PUBLIC_KEY_EU_WEST_1"],
		["config/app.env", "DOTENV_PUBLIC_KEY_APPDEVELOPMENT"],
	])("%s has its keys beside it, and dotenvx finds them", (file, name) => {
		using it = project(file);
		it.update({ KEY: "value $HOME" });
		expect(it.text()).toMatch(new RegExp(`^${name}="0[23][0-9a-f]{64}"$`, "m"));
		expect(it.keys()).toMatch(new RegExp(`^${name.replace("PUBLIC", "PRIVATE")}='[0-9a-f]{64}'$`, "m"));
		expect(seenBy(it).KEY).toBe("value $HOME");
		expect(it.dotenvx("set", "OTHER", "theirs").status).toBe(0);
		expect([...it.read().entries]).toEqual([
			["KEY", "value $HOME"],
			["OTHER", "theirs"],
		]);
		expect(it.keys().match(/^DOTENV_/gm)).toHaveLength(1);
	});
});

describe("what dotenvx writes is read", () => {
	test("a file that `dotenvx set` made opens, and goes on under its key", () => {
		using it = project();
		expect(it.dotenvx("set", "A", "it's\nmultiline").status).toBe(0);
		expect(it.dotenvx("set", "B", "$HOME").status).toBe(0);
		const [before, keys] = [it.text(), it.keys()];
		const read = it.read();
		expect([...read.entries]).toEqual([
			["A", "it's\nmultiline"],
			["B", "$HOME"],
		]);
		expect(read.problem).toBeNull();
		expect(it.update({ A: "it's\nmultiline" }, { from: read }).status).toBe("unchanged");
		it.update({ A: "it's\nmultiline", C: "3" }, { from: read });
		expect(it.text()).toMatch(/C='encrypted:[A-Za-z0-9+/=]+'\n$/);
		expect(it.text().startsWith(before)).toBe(true);
		expect(it.keys()).toBe(keys);
		expect(seenBy(it).C).toBe("3");
	});

	test("a line between double quotes, whose value dotenvx would run, is written anew between single ones", () => {
		using it = project();
		it.update({ A: "$(echo ran)", B: "plain" });
		fs.writeFileSync(it.path, it.text().replaceAll("'", '"'));
		expect(seenBy(it).A).toBe("ran");
		const lineOfB = /^B=.*$/m.exec(it.text())?.[0];
		expect(it.update({ A: "$(echo ran)", B: "plain" }).status).toBe("replaced");
		expect(seenBy(it).A).toBe("$(echo ran)");
		expect(it.text()).toContain(lineOfB);
	});
});

describe("the file", () => {
	test("begins as dotenvx begins one, and nothing in it can be read", () => {
		using it = project();
		it.update({ KEY: "canary-value" });
		expect(it.text()).toMatch(
			/^#\/-+\[DOTENV_PUBLIC_KEY\]-+\/\n(#.*\n){3}DOTENV_PUBLIC_KEY_PRODUCTION="\w+"\n\n# \.env/,
		);
		expect(it.text() + it.keys()).not.toContain("canary");
		for (const path of [it.path, it.keysPath]) expect(fs.statSync(path).mode & 0o777).toBe(0o600);
	});

	test("keeps every other line, and the ciphertext of every value that has not changed", () => {
		using it = project(
			".env.production",
			"#!/usr/bin/env -S sh -a\r\n# mine\r\nexport A = 'old' # why\r\nPLAIN=\"x\"\r\n",
		);
		it.update({ A: "new", B: "b" });
		const first = it.text();
		expect(first).toMatch(
			/^#!\/usr.*\r\n#\/-(?:.*\r\n)+# mine\r\nexport A = 'encrypted:\S+' # why\r\nPLAIN="x"\r\nB='/,
		);
		expect(first.match(/[^\r]\n/)).toBeNull();
		const { ino } = fs.statSync(it.path);
		expect(it.update({ A: "new", B: "b", GONE: null }).status).toBe("unchanged");
		expect(fs.statSync(it.path).ino).toBe(ino);
		it.update({ A: "new", B: "changed" });
		const withoutB = (text: string): string => text.replace(/^B=.*\r?\n/m, "");
		expect(withoutB(it.text())).toBe(withoutB(first));
		it.update({ B: null });
		expect(it.text()).toBe(withoutB(first));
		expect(it.read().entries.get("PLAIN")).toBe("x");
	});

	test("a value that a hand wrote in plain text reads as that, and is sealed by the next update of its name", () => {
		using it = project();
		it.update({ A: "1", B: "2" });
		fs.writeFileSync(it.path, it.text().replace(/^A=.*$/m, "A=by-hand"));
		const read = it.read();
		expect(read.entries.get("A")).toBe("by-hand");
		it.update({ A: "kept" }, { keep: new Set(["A"]) });
		expect(it.text()).toContain("A=by-hand\n");
		it.update({ A: "by-hand", B: "2" }, { from: read });
		expect(it.text()).not.toContain("by-hand");
		expect(Object.fromEntries(it.read().entries)).toEqual({ A: "by-hand", B: "2" });
	});

	test("is not made for nothing, and no key is", () => {
		using it = project();
		expect(it.update({ A: null }).status).toBe("unchanged");
		expect(it.read().entries.size).toBe(0);
		expect(it.list()).toEqual([]);
	});

	test("a value that damage keeps from opening is locked; the others open, and it is sealed again", () => {
		using it = project();
		it.update({ A: "1", B: "2" });
		fs.writeFileSync(it.path, it.text().replace(/^(A='encrypted:.{110})../m, "$1xx"));
		const { entries, locked, problem } = it.read();
		expect([[...entries], [...locked], problem]).toEqual([[["B", "2"]], ["A"], null]);
		it.update({ A: "1", B: "2" });
		expect([...it.read().entries.keys()]).toEqual(["A", "B"]);
	});
});

describe("values without a line", () => {
	test.each(["op://vault/item/field", "bw://item/password", "encrypted:abc"])(
		"%s is a comment and is named: dotenvx would take it for a reference",
		(value) => {
			using it = project();
			const vaultOnly = [{ name: "REF", readers: ["dotenvx"] }];
			expect(it.update({ REF: value, A: "1" })).toEqual({ status: "replaced", vaultOnly });
			expect(it.text()).not.toContain(value);
			expect([...it.read().notes]).toEqual(["REF"]);
			expect(it.update({ REF: value, A: "1" })).toEqual({ status: "unchanged", vaultOnly });
			expect(seenBy(it)).not.toHaveProperty("REF");
			expect(it.update({ REF: "x", A: "1" })).toEqual({ status: "replaced", vaultOnly: [] });
			expect(it.read().entries.get("REF")).toBe("x");
		},
	);

	test("a reference that a file would hold is what makes dotenvx fail", () => {
		using it = project();
		it.update({ A: "1" });
		const { seal } = openCipher(it);
		fs.appendFileSync(it.path, `REF='${seal("op://vault/item/field")}'\n`);
		expect(it.dotenvx("run", "--quiet", "--", process.execPath, "-e", "").stderr).toMatch(/1password/i);
	});

	test("a setting named like a key of dotenvx leaves the key's line alone", () => {
		using it = project();
		it.update({ A: "1" });
		const before = it.text();
		const name = "DOTENV_PUBLIC_KEY_PRODUCTION";
		expect(it.update({ A: "1", [name]: "x" })).toEqual({
			status: "unchanged",
			vaultOnly: [{ name, readers: ["dotenvx"] }],
		});
		expect(it.update({ [name]: null }).status).toBe("unchanged");
		expect(it.text()).toBe(before);
	});

	test("FAULTS 2: CR, NUL, a lone surrogate: refused, nothing written, no key made", () => {
		using it = project();
		expect(codeOf(() => it.update({ A: "a\rb" }))).toBe("VALUE_HAS_CR");
		expect(codeOf(() => it.update({ A: "a\0b" }))).toBe("VALUE_HAS_NUL");
		expect(codeOf(() => it.update({ A: "\udc00" }))).toBe("VALUE_NOT_UNICODE");
		expect(it.list()).toEqual([]);
	});
});

test("the rest of the package does not load the library", () => {
	const loaded = (entry: string): string => {
		const url = JSON.stringify(new URL(`../src/${entry}`, import.meta.url));
		const code = `import { createRequire } from "node:module"; await import(${url});
			const loaded = Object.keys(createRequire(${url}).cache);
			process.stdout.write(String(loaded.some((path) => path.includes("@dotenvx"))));`;
		return spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }).stdout;
	};
	expect([loaded("index.ts"), loaded("encrypted.ts")]).toEqual(["false", "true"]);
});
