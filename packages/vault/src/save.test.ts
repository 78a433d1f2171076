import { execFileSync } from "node:child_process";
import {
	existsSync,
	linkSync,
	mkdirSync,
	readFileSync,
	rmdirSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { AppError, FORBIDDEN_NAMES } from "@holdfast/contract";
import { describe, expect, test, vi } from "vitest";
import { admin, person, testFolder, testVault } from "../test/harness.ts";
import { openVault, settings } from "./index.ts";
import { configure } from "./mirrors.ts";

const shared = { environment: "default", owner: "shared" } as const;

describe("a saved setting", () => {
	test("is in the answer masked, in .env with everything else as it was, and only its owner reads the file", async () => {
		await using v = await testVault();
		writeFileSync(join(v.folder, ".env"), "# mine\nFOO='a b' # keep\n\nexport BAR=1\n", { mode: 0o600 });
		const { revision, settings: views, mirrors, workers } = await v.save({ GOOGLE_API_KEY: "AIza-0123456789-last" });
		expect(revision).toBe(2);
		expect(views).toMatchObject([
			{ name: "GOOGLE_API_KEY", version: 1, effective: { source: "default", shown: "••••last" } },
		]);
		expect(mirrors).toEqual([{ target: ".env", status: "mirrored", names: [], reason: null }]);
		expect(workers).toEqual({ live: 1, converged: 1 });
		expect(v.envFile()).toBe("# mine\nFOO='a b' # keep\n\nexport BAR=1\nGOOGLE_API_KEY='AIza-0123456789-last'\n");
		expect(statSync(join(v.folder, ".env")).mode & 0o777).toBe(0o600);
	});

	test("is there with its history after the vault is opened again", async () => {
		await using v = await testVault();
		await v.save({ KEY: "one" });
		await v.save({ KEY: "two" });
		await settings.remove(v.vault, admin, { ...shared, name: "KEY" });
		await v.save({ KEY: "three" });
		await using again = await testVault({ ...v.vault.options, serves: false });
		const { value, version } = await settings.reveal(again.vault, admin, { ...shared, name: "KEY" });
		expect({ value, version }).toEqual({ value: "three", version: 4 });
		const history = await settings.history(again.vault, admin, { ...shared, name: "KEY" });
		expect(history.map(({ version, removed }) => [version, removed])).toEqual([
			[4, false],
			[3, true],
			[2, false],
			[1, false],
		]);
	});

	test("takes a hand-written line of .env into its history before replacing it", async () => {
		await using v = await testVault();
		writeFileSync(join(v.folder, ".env"), "KEY=typed-by-hand\n");
		await v.save({ KEY: "saved" });
		expect(v.envFile()).toBe("KEY='saved'\n");
		const history = await settings.history(v.vault, admin, { ...shared, name: "KEY" });
		expect(history.map(({ message }) => message)).toEqual([null, "As found in .env"]);
		expect(v.vault.live.find("default")?.values.get("KEY")?.version).toBe(2);
	});

	test.each(["KEY=\n", "KEY=''\n", "KEY=********\n", "export KEY= # put it here\n"])(
		"takes the place of a line that holds none: %j",
		async (line) => {
			await using v = await testVault();
			writeFileSync(join(v.folder, ".env"), line, { mode: 0o600 });
			const { mirrors } = await v.save({ KEY: "saved" });
			expect(mirrors[0]).toMatchObject({ status: "mirrored" });
			expect(parseEnv(v.envFile())).toEqual({ KEY: "saved" });
		},
	);

	test("that is removed leaves .env and lets what it hid apply again", async () => {
		await using v = await testVault({ processEnv: new Map([["KEY", "from-the-shell"]]) });
		await v.save({ KEY: "saved" });
		const { settings: views } = await settings.remove(v.vault, admin, { ...shared, name: "KEY" });
		expect(views).toMatchObject([{ version: 0, effective: null }]);
		expect(v.envFile()).not.toContain("KEY");
	});

	test("of one person is personal: it overrides for that person and is not found by anyone else", async () => {
		await using v = await testVault();
		const [ann, bob] = [person("ann", "admin"), person("bob", "admin")];
		await v.save({ KEY: "shared-value-1234" });
		const personal = { environment: "default", owner: "personal" } as const;
		await settings.save(v.vault, ann, { ...personal, writes: [{ name: "KEY", value: "anns-own-value-5678" }] });
		expect(v.envFile()).not.toContain("anns-own");
		const [mine] = (await settings.list(v.vault, ann, { environment: "default" })).settings.filter(
			(s) => s.name === "KEY",
		);
		expect(mine).toMatchObject({
			effective: { source: "personal", shown: "••••5678" },
			shadows: [{ source: "default" }],
		});
		expect((await settings.reveal(v.vault, ann, { ...personal, name: "KEY" })).value).toBe("anns-own-value-5678");
		await expect(settings.reveal(v.vault, bob, { ...personal, name: "KEY" })).rejects.toMatchObject({
			code: "SETTING_NOT_FOUND",
		});
		expect((await settings.reveal(v.vault, bob, { ...shared, name: "KEY" })).value).toBe("shared-value-1234");
		await expect(
			settings.save(v.vault, admin, { ...personal, writes: [{ name: "KEY", value: "x" }] }),
		).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	});
});

describe("FAULTS 1: a line break in a value makes no new key", () => {
	test.each([
		"x\nINJECT=1",
		"x'\nINJECT=1",
		'x"\nINJECT=1',
		"x`\nINJECT=1",
		"\nINJECT=1\n",
		"x\\\nINJECT=1",
		"'\n\"\nINJECT=1",
	])("%j, in any reader", async (value) => {
		await using v = await testVault();
		await v.save({ KEY: value, NEXT: "n" });
		expect(v.vault.live.find("default")?.values.get("KEY")?.value).toBe(value);
		expect(parseEnv(v.envFile())).not.toHaveProperty("INJECT");
		const shell = 'set -a; . ./.env; env -0 | grep -zc ^INJECT= || true; printf %s "$NEXT"';
		expect(execFileSync("sh", ["-c", shell], { cwd: v.folder, encoding: "utf8" })).toBe("0\nn");
	});
});

describe("FAULTS 2: a value that no reader gets right is refused before anything is written", () => {
	test.each([
		["VALUE_HAS_CR", "a\rb"],
		["VALUE_HAS_NUL", "a\0b"],
		["VALUE_NOT_UNICODE", "a\ud800b"],
		["VALUE_TOO_LONG", "é".repeat(32 * 1024 + 1)],
		["VALUE_IS_MASK", "••••1234"],
		["VALUE_EMPTY", ""],
	])("%s", async (code, value) => {
		await using v = await testVault();
		await v.save({ GOOD: "1" });
		const before = v.envFile();
		const error = await v.save({ ALSO: "fine", BAD: value }).catch((caught: unknown) => caught);
		expect(error).toBeInstanceOf(AppError);
		expect(error).toMatchObject({ code, fields: { name: "BAD" } });
		if (value.length > 4) expect(String(error)).not.toContain(value);
		expect(v.envFile()).toBe(before);
		expect(await v.vault.storage.revision()).toBe(2);
		expect(await v.vault.storage.history("default", "shared", "ALSO")).toEqual([]);
	});
});

test.each(["$HOME", "`id`", "$(id)", "a$b", "pa$$word@", "$" + "{HOME}", "!$#*"])(
	"FAULTS 3: %j is literal and nothing runs",
	async (value) => {
		await using v = await testVault();
		const { mirrors } = await v.save({ KEY: value });
		const line = parseEnv(v.envFile()).KEY;
		if (mirrors[0]?.status === "mirrored") {
			expect(line).toBe(value);
			const printed = execFileSync("sh", ["-c", 'set -a; . ./.env; printf %s "$KEY"'], {
				cwd: v.folder,
				encoding: "utf8",
			});
			expect(printed).toBe(value);
		} else {
			expect(mirrors[0]).toMatchObject({ status: "vault-only", names: ["KEY"] });
			expect(line).toBeUndefined();
		}
		expect((await settings.reveal(v.vault, admin, { ...shared, name: "KEY" })).value).toBe(value);
	},
);

describe("FAULTS 5: a target that is not a plain file of the project is refused, and the save stands", () => {
	const targets: Record<string, (path: string, outside: string) => void> = {
		"a symlink out of the project": (path, outside) => symlinkSync(outside, path),
		"a hard link": (path, outside) => linkSync(outside, path),
		"a FIFO": (path) => void execFileSync("mkfifo", [path]),
		"a folder": (path) => mkdirSync(path),
	};
	test.each(Object.entries(targets))("%s", async (_, make) => {
		await using elsewhere = await testVault();
		const outside = join(elsewhere.folder, "outside");
		writeFileSync(outside, "OUTSIDE=1\n");
		await using v = await testVault({ warn: () => undefined });
		make(join(v.folder, ".env"), outside);
		const { mirrors } = await v.save({ KEY: "value-to-keep" });
		expect(mirrors).toMatchObject([{ target: ".env", status: "pending" }]);
		expect(readFileSync(outside, "utf8")).toBe("OUTSIDE=1\n");
		expect(v.vault.mirrors.pending()).toHaveLength(1);
		expect((await settings.reveal(v.vault, admin, { ...shared, name: "KEY" })).value).toBe("value-to-keep");
	});
});

test("FAULTS 6: a file that cannot be written leaves its mirror pending, and is written when it can be", async () => {
	const warnings: string[] = [];
	await using v = await testVault({ warn: (message) => warnings.push(message) });
	const path = join(v.folder, ".env");
	mkdirSync(path);
	const { mirrors } = await v.save({ KEY: "value" });
	expect(mirrors[0]).toMatchObject({ status: "pending", reason: expect.stringContaining(".env") });
	rmdirSync(path);
	expect(await v.vault.mirrors.sync("default")).toMatchObject({ status: "mirrored" });
	expect(v.vault.mirrors.pending()).toEqual([]);
	expect(parseEnv(v.envFile())).toEqual({ KEY: "value" });
	expect(warnings, "the log says it once").toEqual([expect.stringContaining("it is a folder")]);
});

test("a file that other users can read keeps its mode, and the answer says so", async () => {
	await using v = await testVault();
	writeFileSync(join(v.folder, ".env"), "# mine\n", { mode: 0o644 });
	const { mirrors } = await v.save({ KEY: "value" });
	expect(statSync(join(v.folder, ".env")).mode & 0o777).toBe(0o644);
	expect(mirrors[0]).toMatchObject({ status: "mirrored", reason: expect.stringContaining("chmod 600 .env") });
});

test("a save whose file fails in a way nobody foresaw is still a save, and the file is retried", async () => {
	await using v = await testVault({ warn: () => undefined });
	const exclusive = v.vault.storage.exclusive;
	v.vault.storage.exclusive = () => Promise.reject(new TypeError("unforeseen"));
	const { revision, mirrors } = await v.save({ KEY: "value" });
	expect(revision).toBe(2);
	expect(mirrors[0]).toMatchObject({ status: "pending", reason: expect.not.stringContaining("unforeseen") });
	v.vault.storage.exclusive = exclusive;
	expect(await v.vault.mirrors.sync("default")).toMatchObject({ status: "mirrored" });
	expect(v.vault.mirrors.pending()).toEqual([]);
});

describe("two processes with one data folder", () => {
	test("a file that one could not write is written by the other as soon as it can be", async () => {
		await using server = await testVault({ warn: () => undefined });
		const path = join(server.folder, ".env");
		mkdirSync(path);
		{
			await using command = await openVault({ ...server.vault.options, serves: false });
			const write = { ...shared, writes: [{ name: "KEY", value: "value" }] };
			expect((await settings.save(command, admin, write)).mirrors).toMatchObject([{ status: "pending" }]);
		}
		rmdirSync(path);
		await server.vault.live.refresh();
		await server.vault.mirrors.syncBehind();
		expect(parseEnv(server.envFile())).toEqual({ KEY: "value" });
	});

	test("a command writes the file of the served project, wherever it is run", async () => {
		await using server = await testVault();
		await server.save({ KEY: "one" });
		using elsewhere = testFolder();
		await using command = await openVault({
			...server.vault.options,
			projectDir: elsewhere.path,
			serves: false,
		});
		await settings.save(command, admin, { ...shared, writes: [{ name: "KEY", value: "two" }] });
		expect(existsSync(join(elsewhere.path, ".env"))).toBe(false);
		expect(parseEnv(server.envFile())).toEqual({ KEY: "two" });
		expect((await server.vault.mirrors.sync("default")).status).toBe("mirrored");
	});
});

test("FAULTS 7: a line deleted by hand is left out by every process, soon after the save that wrote it", async () => {
	await using server = await testVault({ warn: () => undefined });
	await configure(server.vault, admin, { environment: "default", onEdit: "ask" });
	await server.save({ KEY: "one", OTHER: "a" });
	await server.save({ KEY: "two" });
	await server.vault.mirrors.record();
	writeFileSync(join(server.folder, ".env"), server.envFile().replace(/^KEY=.*\n/m, ""));
	await using command = await openVault({ ...server.vault.options, serves: false });
	const write = { ...shared, writes: [{ name: "OTHER", value: "b" }] };
	expect((await settings.save(command, admin, write)).mirrors).toMatchObject([{ status: "drift", names: ["KEY"] }]);
	expect(parseEnv(server.envFile())).toEqual({ OTHER: "b" });
});

describe("FAULTS 7: a hand edit is reported and left alone", () => {
	test("of a saved key", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one", OTHER: "a" });
		writeFileSync(join(v.folder, ".env"), v.envFile().replace("one", "edited"));
		const { mirrors } = await v.save({ OTHER: "b" });
		expect(mirrors).toMatchObject([{ status: "drift", names: ["KEY"] }]);
		expect(parseEnv(v.envFile())).toMatchObject({ KEY: "edited", OTHER: "b" });
	});

	test("that takes a line out", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one", OTHER: "a" });
		writeFileSync(join(v.folder, ".env"), v.envFile().replace(/^KEY=.*\n/m, ""));
		const { mirrors } = await v.save({ OTHER: "b" });
		expect(mirrors).toMatchObject([{ status: "drift", names: ["KEY"] }]);
	});

	test("but a file that is gone as a whole is written again", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one" });
		execFileSync("rm", [join(v.folder, ".env")]);
		await v.vault.mirrors.sync("default");
		expect(parseEnv(v.envFile())).toEqual({ KEY: "one" });
	});
});

describe("FAULTS 9: two writers on one version", () => {
	test("one wins, the other gets VERSION_CONFLICT", async () => {
		await using v = await testVault();
		await v.save({ KEY: "one" });
		const write = (value: string) =>
			settings.save(v.vault, admin, { ...shared, writes: [{ name: "KEY", value, expectedVersion: 1 }] });
		const results = await Promise.allSettled([write("a"), write("b"), write("c")]);
		expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		for (const result of results) {
			if (result.status === "rejected")
				expect(result.reason).toMatchObject({ code: "VERSION_CONFLICT", fields: { name: "KEY" } });
		}
	});
});

test("FAULTS 35: every forbidden name is refused, in any case, and so is what is no name", async () => {
	await using v = await testVault();
	for (const { pattern } of FORBIDDEN_NAMES) {
		const name = pattern.startsWith("*") ? `HTTPS${pattern.slice(1)}` : pattern.replace("*", "X");
		await expect(v.save({ [name]: "x" }), name).rejects.toMatchObject({ code: "NAME_FORBIDDEN", fields: { name } });
	}
	for (const name of ["lower", "__proto__", "constructor", "1A", "A-B", "A B", "A=B", "A".repeat(129), "ÄÖ", "A\n"]) {
		const writes = [{ name, value: "x" }];
		await expect(settings.save(v.vault, admin, { ...shared, writes }), name).rejects.toMatchObject({
			code: "NAME_INVALID",
		});
	}
	expect(existsSync(join(v.folder, ".env"))).toBe(false);
});

test("FAULTS 6: a file that goes on failing is tried again later and later, at most a minute apart", async () => {
	await using v = await testVault({ warn: () => undefined, serves: false });
	mkdirSync(join(v.folder, ".env"));
	await v.save({ KEY: "value" });
	vi.useFakeTimers({ toFake: ["Date"] });
	try {
		const waits: number[] = [];
		for (let i = 0; i < 8; i++) {
			waits.push((v.vault.mirrors.pending()[0]?.retryAt ?? 0) - Date.now());
			await v.vault.mirrors.sync("default");
		}
		expect(waits.slice(1)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
	} finally {
		vi.useRealTimers();
	}
});
