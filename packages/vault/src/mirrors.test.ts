import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { accessIn, PERMISSIONS, type Permission } from "@holdfast/contract";
import type { ResolveDrift } from "@holdfast/contract/schemas";
import { beforeEach, describe, expect, test } from "vitest";
import { choose, edit, lineOf, main, quietVault } from "../test/drift.ts";
import { admin, person, type TestVault } from "../test/harness.ts";
import { audit, environments, mirrors, settings } from "./index.ts";

const shared = { environment: "default", owner: "shared" } as const;

async function historyOf(v: TestVault, name: string): Promise<[string | null, string | null][]> {
	const versions = await settings.history(v.vault, admin, { ...shared, name });
	return versions.map(({ shown, message }) => [shown, message]);
}

/** Plain settings, so that a view shows what it is about. */
function savePlain(v: TestVault, values: Record<string, string>) {
	const writes = Object.entries(values).map(([name, value]) => ({ name, value, secret: false }));
	return settings.save(v.vault, admin, { ...shared, writes });
}

describe("a line stands", () => {
	const cases: Record<string, { act: (v: TestVault) => Promise<unknown> | unknown; line: object | undefined }> = {
		"same when it says what is saved": { act: () => {}, line: { state: "same", base: { shown: "one" } } },
		"edited when someone changed it": {
			act: (v) => edit(v, (text) => text.replace("one", "mine")),
			line: { state: "edited", base: { shown: "one" }, saved: { shown: "one" }, file: { shown: "mine" } },
		},
		"deleted when someone took it out": {
			act: (v) => edit(v, (text) => text.replace(/^KEY=.*\n/m, "")),
			line: { state: "deleted", base: { shown: "one" }, saved: { shown: "one" }, file: null },
		},
		"blank when someone emptied it": {
			act: (v) => edit(v, (text) => text.replace(/^KEY=.*/m, "KEY=")),
			line: { state: "blank", saved: { shown: "one" } },
		},
		"blank when someone put a mask there": {
			act: (v) => edit(v, (text) => text.replace(/^KEY=.*/m, "KEY=••••1234")),
			line: { state: "blank" },
		},
		"in conflict when both changed": {
			act: async (v) => {
				edit(v, (text) => text.replace("one", "mine"));
				await savePlain(v, { KEY: "two" });
			},
			line: { state: "conflict", base: { shown: "one" }, saved: { shown: "two" }, file: { shown: "mine" } },
		},
		"in conflict when it was taken out and saved anew": {
			act: async (v) => {
				edit(v, (text) => text.replace(/^KEY=.*\n/m, ""));
				await savePlain(v, { KEY: "two" });
			},
			line: { state: "conflict", base: { shown: "one" }, saved: { shown: "two" }, file: null },
		},
		"in conflict when it was edited and removed": {
			act: async (v) => {
				edit(v, (text) => text.replace("one", "mine"));
				await settings.remove(v.vault, admin, { ...shared, name: "KEY" });
			},
			line: { state: "conflict", base: { shown: "••••" }, saved: null, file: { shown: "••••" } },
		},
		"nowhere when it was removed": {
			act: (v) => settings.remove(v.vault, admin, { ...shared, name: "KEY" }),
			line: undefined,
		},
		"vault-only when its value has no form for every reader": {
			act: (v) => savePlain(v, { KEY: "'\"`$\\" }),
			line: { state: "vault-only", file: null },
		},
		"same when the edit says what is saved": {
			act: async (v) => {
				edit(v, (text) => text.replace("one", "two"));
				await savePlain(v, { KEY: "two" });
			},
			line: { state: "same" },
		},
	};
	test.each(Object.entries(cases))("%s", async (_, { act, line }) => {
		await using v = await quietVault();
		await savePlain(v, { KEY: "one", OTHER: "a" });
		await act(v);
		if (line === undefined) expect(await lineOf(v, "KEY")).toBeUndefined();
		else expect(await lineOf(v, "KEY")).toMatchObject(line);
		// Whatever became of it, the next save of another name and a look by another process see the same.
		await savePlain(v, { OTHER: "b" });
		await v.vault.mirrors.record();
		if (line !== undefined) expect(await lineOf(v, "KEY")).toMatchObject(line);
		expect(parseEnv(v.envFile())).toMatchObject({ OTHER: "b" });
	});

	test("masked when it is a secret, wherever it says so", async () => {
		await using v = await quietVault();
		await v.save({ KEY: "sk-one-1234567890" });
		edit(v, (text) => text.replace("sk-one-1234567890", "sk-two-0987654321"));
		expect(JSON.stringify(await mirrors.diff(v.vault, admin, main))).not.toMatch(/sk-(one|two)/);
	});

	test("unmanaged when nobody saved it: it is named, and never written to", async () => {
		await using v = await quietVault();
		writeFileSync(join(v.folder, ".env"), "MINE=1\nlower=2\n");
		await v.save({ KEY: "one" });
		expect((await mirrors.diff(v.vault, admin, main)).unmanaged).toEqual(["MINE", "lower"]);
		expect(parseEnv(v.envFile())).toEqual({ MINE: "1", lower: "2", KEY: "one" });
	});

	test("as the writer's own when it was removed here and written again by hand", async () => {
		await using v = await quietVault();
		await v.save({ KEY: "one", OTHER: "a" });
		await settings.remove(v.vault, admin, { ...shared, name: "KEY" });
		edit(v, (text) => `${text}KEY=again\n`);
		await v.save({ OTHER: "b" });
		const { lines, unmanaged } = await mirrors.diff(v.vault, admin, main);
		expect([lines.map(({ name }) => name), unmanaged]).toEqual([["OTHER"], ["KEY"]]);
		expect(parseEnv(v.envFile())).toEqual({ OTHER: "b", KEY: "again" });
	});
});

describe("someone chooses", () => {
	let v: TestVault;
	beforeEach(async () => {
		v = await quietVault();
		await savePlain(v, { KEY: "one", OTHER: "a" });
		return () => v[Symbol.asyncDispose]();
	});
	const mine = () => edit(v, (text) => text.replace("one", "mine"));

	test("the file's side of an edit: it is saved", async () => {
		mine();
		expect(await choose(v, "KEY", "file")).toMatchObject({ status: "mirrored" });
		expect(await historyOf(v, "KEY")).toMatchObject([
			["mine", null],
			["one", null],
		]);
	});

	test("the saved side of an edit: what the file said is in the history before it is replaced", async () => {
		mine();
		expect(await choose(v, "KEY", "saved")).toMatchObject({ status: "mirrored" });
		expect(parseEnv(v.envFile())).toMatchObject({ KEY: "one" });
		expect(await historyOf(v, "KEY")).toMatchObject([
			["one", null],
			["••••", "As found in .env"],
			["one", null],
		]);
	});

	test.each(["saved", "file"] as const)("the %s side of a conflict, and neither value is lost", async (take) => {
		mine();
		await savePlain(v, { KEY: "two" });
		await choose(v, "KEY", take);
		expect(parseEnv(v.envFile())).toMatchObject({ KEY: take === "saved" ? "two" : "mine" });
		const values = await Promise.all([1, 2, 3, 4].map((at) => v.vault.storage.history("default", "shared", "KEY", at)));
		const marks = new Set(values.flat().map(({ fingerprint }) => fingerprint));
		for (const value of ["one", "two", "mine"]) expect(marks).toContain(v.vault.fingerprint("KEY", value));
		expect(await lineOf(v, "KEY")).toMatchObject({ state: "same" });
	});

	test("the file's side of a deletion: it is removed; the saved side: it is written again", async () => {
		edit(v, (text) => text.replace(/^KEY=.*\n/m, ""));
		expect(await choose(v, "KEY", "saved")).toMatchObject({ status: "mirrored" });
		expect(parseEnv(v.envFile())).toMatchObject({ KEY: "one" });
		edit(v, (text) => text.replace(/^KEY=.*\n/m, ""));
		expect(await choose(v, "KEY", "file")).toMatchObject({ status: "mirrored" });
		expect(await lineOf(v, "KEY")).toBeUndefined();
		expect(await historyOf(v, "KEY")).toMatchObject([
			[null, null],
			["one", null],
		]);
	});

	test("of a line that was emptied", async () => {
		edit(v, (text) => text.replace(/^KEY=.*/m, "KEY="));
		expect(await choose(v, "KEY", "saved")).toMatchObject({ status: "mirrored" });
		expect(parseEnv(v.envFile())).toMatchObject({ KEY: "one" });
		edit(v, (text) => text.replace(/^KEY=.*/m, "KEY="));
		await choose(v, "KEY", "file");
		expect(v.vault.live.find("default")?.values.has("KEY")).toBe(false);
	});

	test("of an edit of what was removed", async () => {
		mine();
		await settings.remove(v.vault, admin, { ...shared, name: "KEY" });
		await choose(v, "KEY", "saved");
		expect(parseEnv(v.envFile())).toEqual({ OTHER: "a" });
		const marks = (await v.vault.storage.history("default", "shared", "KEY")).map(({ fingerprint }) => fingerprint);
		expect(marks).toContain(v.vault.fingerprint("KEY", "mine"));
	});

	test("something else than what they saw: nothing is done", async () => {
		mine();
		const line = await lineOf(v, "KEY");
		const seen = { saved: line?.saved?.fingerprint ?? null, file: line?.file?.fingerprint ?? null };
		const choices: ResolveDrift["choices"] = [{ name: "KEY", take: "file", ...seen }];
		edit(v, (text) => text.replace("mine", "mine too"));
		const changed = { code: "LINE_CHANGED", fields: { name: "KEY" } };
		await expect(mirrors.resolve(v.vault, admin, { ...main, choices })).rejects.toMatchObject(changed);
		const settled: ResolveDrift["choices"] = [{ name: "OTHER", take: "file", saved: null, file: null }];
		const needless = { code: "LINE_SETTLED", fields: { name: "OTHER" } };
		await expect(mirrors.resolve(v.vault, admin, { ...main, choices: settled })).rejects.toMatchObject(needless);
		expect(parseEnv(v.envFile())).toMatchObject({ KEY: "mine too" });
	});

	test("the file's side only with leave to reveal: it would otherwise be sent where an editor chooses", async () => {
		mine();
		await expect(choose(v, "KEY", "file", person("ed"))).rejects.toMatchObject({ code: "NOT_ALLOWED" });
		expect(await choose(v, "KEY", "saved", person("ed"))).toMatchObject({ status: "mirrored" });
		const { entries } = await audit.list(v.vault, admin, { limit: 10 });
		expect(entries.map(({ action, outcome }) => [action, outcome])).toContainEqual(["mirrors.resolve", "denied"]);
	});
});

describe("how a file is kept", () => {
	const configure = (v: TestVault, chosen: object) => mirrors.configure(v.vault, admin, { ...main, ...chosen });

	test("off: it stays as it is, and is brought up when it is turned on again", async () => {
		await using v = await quietVault();
		await v.save({ KEY: "one" });
		const before = v.envFile();
		expect(await configure(v, { enabled: false })).toMatchObject({ status: "off", options: { enabled: false } });
		expect((await v.save({ KEY: "two" })).mirrors).toMatchObject([{ status: "off" }]);
		expect(v.envFile()).toBe(before);
		expect(await configure(v, { enabled: true })).toMatchObject({ status: "mirrored" });
		expect(parseEnv(v.envFile())).toEqual({ KEY: "two" });
	});

	test("in another place: it moves as it is, with what others wrote there", async () => {
		await using v = await quietVault();
		writeFileSync(join(v.folder, ".env"), "# mine\nMINE=1\n", { mode: 0o600 });
		await v.save({ KEY: "one" });
		mkdirSync(join(v.folder, "config"));
		expect(await configure(v, { file: "config/app.env" })).toMatchObject({
			target: "config/app.env",
			status: "mirrored",
		});
		expect(existsSync(join(v.folder, ".env"))).toBe(false);
		await v.save({ KEY: "two" });
		const moved = readFileSync(join(v.folder, "config/app.env"), "utf8");
		expect(moved.startsWith("# mine\nMINE=1\n")).toBe(true);
		expect(parseEnv(moved)).toEqual({ MINE: "1", KEY: "two" });
		expect(await configure(v, { file: null })).toMatchObject({ target: ".env", status: "mirrored" });
		expect(existsSync(join(v.folder, "config/app.env"))).toBe(false);
	});

	test("in a place where a file is: that one is not written over, and no value stays behind in the old one", async () => {
		await using v = await quietVault();
		await v.save({ KEY: "one", OTHER: "a" });
		edit(v, (text) => `${text.replace("one", "mine")}MINE=1\n`);
		writeFileSync(join(v.folder, "app.env"), "THEIRS=1\nKEY=theirs\n", { mode: 0o600 });
		expect(await configure(v, { file: "app.env" })).toMatchObject({ status: "drift", names: ["KEY"] });
		expect(parseEnv(v.envFile())).toEqual({ KEY: "mine", MINE: "1" });
		expect(parseEnv(readFileSync(join(v.folder, "app.env"), "utf8"))).toEqual({
			THEIRS: "1",
			KEY: "theirs",
			OTHER: "a",
		});
	});

	test("in a place that cannot be written: pending until it can", async () => {
		await using v = await quietVault();
		await v.save({ KEY: "one" });
		mkdirSync(join(v.folder, "app.env"));
		const view = await configure(v, { file: "app.env" });
		expect(view).toMatchObject({ status: "pending", reason: expect.stringContaining("app.env"), failures: 1 });
		rmdirSync(join(v.folder, "app.env"));
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "mirrored", failures: 0, retryAt: null });
		expect(parseEnv(readFileSync(join(v.folder, "app.env"), "utf8"))).toEqual({ KEY: "one" });
	});

	test.each([
		["/etc/app.env", "not relative"],
		["../app.env", "leads out"],
		["config/../../app.env", "leads out"],
		["config//app.env", "leads out"],
		["app.txt", "its name is neither"],
		[".env.example", "committed"],
		["config/.env.keys", "dotenvx"],
		[".env.staging", "another environment"],
		["nowhere/app.env", "there is no folder nowhere"],
	])("not as %s", async (file, detail) => {
		await using v = await quietVault();
		await environments.create(v.vault, admin, { name: "staging" });
		const refusal = { code: "MIRROR_FILE_INVALID", fields: { name: file, detail: expect.stringContaining(detail) } };
		await expect(configure(v, { file })).rejects.toMatchObject(refusal);
	});

	test("for fewer readers: a value that had no form gets one", async () => {
		await using v = await quietVault();
		const value = "'\"`$\\";
		expect((await v.save({ KEY: value })).mirrors).toMatchObject([{ status: "vault-only", names: ["KEY"] }]);
		expect(await configure(v, { readers: ["sh"] })).toMatchObject({ status: "mirrored" });
		expect(v.envFile()).toContain("KEY=");
		expect(await configure(v, { readers: null })).toMatchObject({
			options: { readers: expect.arrayContaining(["node"]) },
		});
	});

	test("for other readers: each line says the same to them, and nothing is taken for an edit", async () => {
		await using v = await quietVault();
		await configure(v, { readers: ["sh"] });
		await v.save({ KEY: "it's $5" });
		expect(v.envFile()).toContain("'\\''");
		expect(await configure(v, { readers: ["node", "dotenv"] })).toMatchObject({ status: "mirrored" });
		expect(parseEnv(v.envFile())).toEqual({ KEY: "it's $5" });
		expect(await configure(v, { readers: null })).toMatchObject({ status: "vault-only", names: ["KEY"] });
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "vault-only" });
	});

	test("a value with a $ is written, and the readers that expand it elsewhere are named once", async () => {
		await using v = await quietVault();
		const { mirrors: statuses } = await v.save({ KEY: "pa$$word@" });
		expect(statuses).toMatchObject([{ status: "mirrored", reason: expect.stringMatching(/KEY.*\$.*dotenvx/) }]);
		expect(parseEnv(v.envFile())).toEqual({ KEY: "pa$$word@" });
		expect((await v.save({ OTHER: "a" })).mirrors).toMatchObject([{ status: "mirrored", reason: null }]);
	});

	test("mounted alone, as into a container: it is written in place, and the answer says so", async ({ skip }) => {
		await using v = await quietVault();
		const [path, source] = [join(v.folder, ".env"), join(v.folder, "mounted")];
		for (const file of [path, source]) writeFileSync(file, "# mine\n", { mode: 0o600 });
		const isMounted = spawnSync("mount", ["--bind", source, path]).status === 0;
		skip(!isMounted, "nothing may be mounted here");
		try {
			expect((await v.save({ KEY: "one" })).mirrors).toMatchObject([
				{ status: "mirrored", reason: expect.stringContaining("written in place") },
			]);
			expect(readFileSync(source, "utf8")).toBe("# mine\nKEY='one'\n");
		} finally {
			spawnSync("umount", [path]);
		}
	});

	test("only by who may choose it", async () => {
		await using v = await quietVault();
		await expect(mirrors.configure(v.vault, person("ed"), { ...main, enabled: false })).rejects.toMatchObject({
			code: "NOT_ALLOWED",
		});
	});
});

test("the status of every file the caller may see, with the revision that it holds", async () => {
	await using v = await quietVault();
	await environments.create(v.vault, admin, { name: "staging" });
	await v.save({ KEY: "one" });
	await v.save({ KEY: "live" }, "staging");
	const views = await mirrors.status(v.vault, admin);
	expect(views.map(({ environment, target, status }) => [environment, target, status])).toEqual([
		["default", ".env", "mirrored"],
		["staging", ".env.staging", "mirrored"],
	]);
	for (const { held, revision } of views) expect(held).toBe(revision);
	const limited = { ...admin, access: accessIn(Object.keys(PERMISSIONS) as Permission[], ["staging"]) };
	expect((await mirrors.status(v.vault, limited)).map(({ environment }) => environment)).toEqual(["staging"]);
	await expect(mirrors.diff(v.vault, limited, main)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
});
