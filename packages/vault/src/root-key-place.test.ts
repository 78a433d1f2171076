import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { newRootKey, parseRootKey, rootKeyText } from "@holdfast/crypto";
import { describe, expect, test } from "vitest";
import { admin, optionsIn, testFolder, testVault } from "../test/harness.ts";
import { keys, moveRootKey, openVault, settings } from "./index.ts";

const reveal = { environment: "default", owner: "shared", name: "KEY" } as const;

test("the first start makes a key that only its owner reads", async () => {
	await using v = await testVault();
	const { file } = v.vault.options.rootKey;
	expect(statSync(file).mode & 0o777).toBe(0o600);
	expect(parseRootKey(readFileSync(file, "utf8"), file).fingerprint).toBe(v.vault.keys.roots.current.fingerprint);
});

describe("FAULTS 15: with data present, a start with a key that is not right is refused and makes no key", () => {
	const broken: Record<string, [code: string, text: string | null]> = {
		missing: ["ROOT_KEY_MISSING", null],
		wrong: ["ROOT_KEY_WRONG", rootKeyText(newRootKey())],
		short: ["ROOT_KEY_MALFORMED", Buffer.alloc(16, 7).toString("base64")],
		malformed: ["ROOT_KEY_MALFORMED", "not a key"],
		empty: ["ROOT_KEY_MALFORMED", ""],
	};
	test.each(Object.entries(broken))("%s", async (_, [code, text]) => {
		using folder = testFolder();
		const options = optionsIn(folder.path);
		const { file } = options.rootKey;
		let fingerprint: string;
		{
			await using vault = await openVault(options);
			fingerprint = vault.keys.roots.current.fingerprint;
			await settings.save(vault, admin, {
				environment: "default",
				owner: "shared",
				writes: [{ name: "KEY", value: "v" }],
			});
		}
		renameSync(file, `${file}.kept`);
		if (text !== null) writeFileSync(file, text);
		const error = await openVault(options).catch((caught: unknown) => caught);
		expect(error).toMatchObject({ code });
		if (code !== "ROOT_KEY_MALFORMED") expect(String(error)).toContain(fingerprint);
		if (text) expect(String(error)).not.toContain(text);
		expect(existsSync(file)).toBe(text !== null);

		renameSync(`${file}.kept`, file);
		await using vault = await openVault(options);
		expect((await settings.reveal(vault, admin, reveal)).value).toBe("v");
	});

	test("given in HOLDFAST_ROOT_KEY, the key in the file is not looked at", async () => {
		using folder = testFolder();
		const options = optionsIn(folder.path, {
			rootKey: { text: rootKeyText(newRootKey()), file: join(folder.path, "root.key") },
		});
		{
			await using vault = await openVault(options);
			expect(vault.keys.roots.current.fingerprint).toMatch(/-/);
		}
		expect(existsSync(options.rootKey.file)).toBe(false);
		await expect(
			openVault({ ...options, rootKey: { ...options.rootKey, text: rootKeyText(newRootKey()) } }),
		).rejects.toMatchObject({
			code: "ROOT_KEY_WRONG",
		});
	});
});

test("FAULTS 16: first starts at the same time make one key between them", async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path);
	const vaults = await Promise.all(Array.from({ length: 6 }, () => openVault({ ...options, serves: false })));
	expect(new Set(vaults.map(({ keys }) => keys.roots.current.fingerprint)).size).toBe(1);
	expect(new Set(vaults.map(({ storage }) => storage.instance.id)).size).toBe(1);
	for (const vault of vaults) await vault[Symbol.asyncDispose]();
	expect(readdirSync(options.dataDir).filter((name) => name.includes("root.key"))).toEqual(["root.key"]);
});

test("drafts that killed processes left behind are no hindrance, and do not stay", async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path);
	mkdirSync(options.dataDir);
	for (const id of [process.pid, 1]) writeFileSync(`${options.rootKey.file}.${id}.new`, "cut off");
	await (await openVault(options))[Symbol.asyncDispose]();
	expect(readdirSync(options.dataDir).filter((name) => name.includes("root.key"))).toEqual(["root.key"]);
});

test("a first start that cannot write the root key says so by the file's name, and makes no data", async () => {
	using folder = testFolder();
	const file = join(folder.path, "nowhere", "root.key");
	const options = optionsIn(folder.path, { rootKey: { text: null, file } });
	await expect(openVault(options)).rejects.toMatchObject({
		code: "ROOT_KEY_UNWRITABLE",
		fields: { name: "root.key", detail: "ENOENT" },
	});
	mkdirSync(join(folder.path, "nowhere"));
	await (await openVault(options))[Symbol.asyncDispose]();
	expect(existsSync(file)).toBe(true);
});

test("a root key that may not be read is refused, and not replaced", async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path);
	await (await openVault(options))[Symbol.asyncDispose]();
	renameSync(options.rootKey.file, `${options.rootKey.file}.kept`);
	mkdirSync(options.rootKey.file);
	chmodSync(options.rootKey.file, 0o700);
	await expect(openVault(options)).rejects.toMatchObject({ code: "ROOT_KEY_MALFORMED" });
});

test("a key file that is moved leaves a link that leads there, and a rotation replaces the key where it is", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ KEY: "v" });
	const { file } = v.vault.options.rootKey;
	const moved = join(v.folder, "away", "moved.key");
	const { dataDir } = v.vault.options;
	await moveRootKey(dataDir, file, moved);
	expect(readlinkSync(file)).toBe(moved);
	expect(statSync(moved).mode & 0o777).toBe(0o600);
	await expect(moveRootKey(dataDir, file, moved)).rejects.toMatchObject({ code: "ROOT_KEY_UNWRITABLE" });
	const { to } = await keys.rotate(v.vault, admin, { what: "root" });
	expect(parseRootKey(readFileSync(moved, "utf8"), moved).fingerprint).toBe(to);
	await moveRootKey(dataDir, file, join(v.folder, "further.key"));
	expect(readlinkSync(file)).toBe(join(v.folder, "further.key"));
	expect(existsSync(moved)).toBe(false);
	expect(readdirSync(dataDir).filter((name) => name.startsWith("root.key"))).toEqual(["root.key"]);
	await using again = await openVault(v.vault.options);
	expect((await settings.reveal(again, admin, reveal)).value).toBe("v");
});
