import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, test } from "vitest";
import { choose, edit, lineOf, main, quietVault } from "../test/drift.ts";
import { admin } from "../test/harness.ts";
import { mirrors } from "./index.ts";

describe("encrypted for dotenvx", () => {
	const sealed = { ...main, format: "dotenvx" } as const;

	test("no value stands in the file, an edit in plain text is seen, and plain again is plain", async () => {
		await using v = await quietVault();
		writeFileSync(join(v.folder, ".env"), "# mine\nMINE=1\n", { mode: 0o600 });
		await v.save({ KEY: "sk-one-1234567890" });
		expect(await mirrors.configure(v.vault, admin, sealed)).toMatchObject({ status: "mirrored" });
		expect(v.envFile()).not.toContain("sk-one");
		expect(v.envFile()).toContain("KEY='encrypted:");
		expect(parseEnv(v.envFile())).toMatchObject({ MINE: "1" });
		expect(statSync(join(v.folder, ".env.keys")).mode & 0o777).toBe(0o600);
		const before = v.envFile();
		await v.save({ OTHER: "b" });
		expect(v.envFile(), "what is saved already keeps its ciphertext").toContain(/^KEY=.*$/m.exec(before)?.[0]);
		edit(v, (text) => text.replace(/^KEY=.*$/m, "KEY=typed-by-hand"));
		expect(await lineOf(v, "KEY")).toMatchObject({ state: "edited" });
		await choose(v, "KEY", "file");
		expect(v.envFile()).not.toContain("typed-by-hand");
		expect(await mirrors.configure(v.vault, admin, { ...main, format: "plain" })).toMatchObject({ status: "mirrored" });
		expect(parseEnv(v.envFile())).toMatchObject({ MINE: "1", KEY: "typed-by-hand", OTHER: "b" });
	});

	test("a line that does not open is left alone and never taken for a deletion", async () => {
		await using v = await quietVault();
		await v.save({ KEY: "one", OTHER: "a" });
		await mirrors.configure(v.vault, admin, sealed);
		edit(v, (text) => text.replace(/^(KEY='encrypted:.{20}).{4}/m, "$1AAAA"));
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift", names: ["KEY"] });
		expect(await lineOf(v, "KEY")).toMatchObject({ state: "blank", saved: { fingerprint: expect.any(String) } });
		expect(await choose(v, "KEY", "saved")).toMatchObject({ status: "mirrored" });
		expect(await lineOf(v, "KEY")).toMatchObject({ state: "same" });
	});

	test("without its private key the file is pending, and no key is made over it", async () => {
		await using v = await quietVault();
		await v.save({ KEY: "one" });
		await mirrors.configure(v.vault, admin, sealed);
		const before = v.envFile();
		rmSync(join(v.folder, ".env.keys"));
		const { mirrors: statuses } = await v.save({ KEY: "two" });
		expect(statuses).toMatchObject([{ status: "pending", reason: expect.stringContaining("private key") }]);
		expect([v.envFile(), existsSync(join(v.folder, ".env.keys"))]).toEqual([before, false]);
	});
});
