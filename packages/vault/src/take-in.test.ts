import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { edit, main } from "../test/drift.ts";
import { admin, optionsIn, type TestVault, testFolder, testVault } from "../test/harness.ts";
import { audit, environments, mirrors, openVault, settings } from "./index.ts";
import { takeIn } from "./take-in.ts";

const shared = { environment: "default", owner: "shared" } as const;

function savedIn({ vault }: TestVault): Record<string, string | null> {
	return Object.fromEntries(Array.from(vault.live.find("default")?.values ?? [], ([name, { value }]) => [name, value]));
}

describe("what is taken in", () => {
	test("an edit that conflicts with nothing, as a version of its own, recorded as done by the file", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one", OTHER: "a" });
		edit(v, (text) => text.replace("one", "mine"));
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "mirrored" });
		expect(savedIn(v)).toEqual({ KEY: "mine", OTHER: "a" });
		const history = await settings.history(v.vault, admin, { ...shared, name: "KEY" });
		expect(history).toMatchObject([{ version: 2, by: ".env", message: "Edited by hand in .env" }, { version: 1 }]);
		const { entries } = await audit.list(v.vault, admin, { limit: 5 });
		expect(entries).toContainEqual(
			expect.objectContaining({ actor: "file:.env", action: "settings.save", target: "KEY", outcome: "done" }),
		);
	});

	test("a line that was taken out, as a removal", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one" });
		await v.save({ OTHER: "a" });
		edit(v, (text) => text.replace(/^KEY=.*\n/m, ""));
		await mirrors.sync(v.vault, admin, main);
		expect(savedIn(v)).toEqual({ OTHER: "a" });
		expect(parseEnv(v.envFile())).toEqual({ OTHER: "a" });
		const { entries } = await audit.list(v.vault, admin, { limit: 5 });
		const recorded = { actor: "file:.env", action: "settings.remove", target: "KEY", outcome: "done" };
		expect(entries).toContainEqual(expect.objectContaining(recorded));
	});

	test("not the loss of every line: a file that was emptied or exchanged removes nothing", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one", OTHER: "a" });
		for (const text of ["", "# nothing\n", "SOMETHING=else\n"]) {
			writeFileSync(join(v.folder, ".env"), text);
			expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift", names: ["KEY", "OTHER"] });
		}
		expect(savedIn(v)).toEqual({ KEY: "one", OTHER: "a" });
	});

	test("not the loss of the only line, when the file was exchanged", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one" });
		writeFileSync(join(v.folder, ".env"), "SOMETHING=else\n");
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift", names: ["KEY"] });
		expect(savedIn(v)).toEqual({ KEY: "one" });
	});

	test("not the loss of what came last, when a file from before was put back", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ A: "one" });
		const before = v.envFile();
		await v.save({ B: "two" });
		await v.save({ C: "three" });
		await v.vault.mirrors.record();
		writeFileSync(join(v.folder, ".env"), before.replace("one", "edited"));
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift", names: ["B", "C"] });
		expect(savedIn(v)).toEqual({ A: "edited", B: "two", C: "three" });
	});

	test("not what an earlier version said, when a file from before a rotation was put back", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ A: "one", B: "two" });
		const before = v.envFile();
		await v.save({ A: "rotated" });
		await v.vault.mirrors.record();
		writeFileSync(join(v.folder, ".env"), before);
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift", names: ["A"] });
		expect(savedIn(v)).toEqual({ A: "rotated", B: "two" });
	});

	test.each([
		["in the middle of a value", "B=two-tw"],
		["at the end of a line", "A='rotated'\n"],
	])("not what is left of a file that was cut %s", async (_, last) => {
		await using v = await testVault({ serves: false });
		writeFileSync(join(v.folder, ".env"), "A=one\nB=two-two\nC=three\n", { mode: 0o600 });
		await v.save({ A: "one", B: "two-two", C: "three" });
		await v.save({ A: "rotated" });
		const text = v.envFile();
		writeFileSync(join(v.folder, ".env"), text.slice(0, text.indexOf(last) + last.length));
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift" });
		expect(savedIn(v)).toEqual({ A: "rotated", B: "two-two", C: "three" });
	});

	test("what is written while it is looked at, only once it is whole", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ A: "one", B: "two", C: "three" });
		const [path, whole] = [join(v.folder, ".env"), v.envFile().replace("one", "mine")];
		writeFileSync(path, whole.replace(/^B=.*\nC=.*\n/m, ""));
		const taken = takeIn(v.vault, "default");
		await new Promise((resolve) => setImmediate(resolve));
		writeFileSync(path, whole);
		expect(await taken).toEqual(["A"]);
		expect(savedIn(v)).toEqual({ A: "mine", B: "two", C: "three" });
	});

	test("not a line without a value, nor one with a mask, nor one that may not be saved", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ A: "one", B: "two", C: "three", D: "stays" });
		const long = "x".repeat(70_000);
		edit(v, (text) => text.replace(/^A=.*/m, "A=").replace(/^B=.*/m, "B=••••abcd").replace(/^C=.*/m, `C=${long}`));
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift", names: ["A", "B", "C"] });
		expect(savedIn(v)).toMatchObject({ A: "one", B: "two", C: "three", D: "stays" });
	});

	test("not a conflict: it waits, and both values are kept", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one" });
		edit(v, (text) => text.replace("one", "mine"));
		await v.save({ KEY: "two" });
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift", names: ["KEY"] });
		expect([savedIn(v), parseEnv(v.envFile())]).toEqual([{ KEY: "two" }, { KEY: "mine" }]);
	});

	test("nothing where the policy is to ask", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one" });
		await mirrors.configure(v.vault, admin, { ...main, onEdit: "ask" });
		edit(v, (text) => text.replace("one", "mine"));
		expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift", names: ["KEY"] });
		expect([savedIn(v), parseEnv(v.envFile())]).toEqual([{ KEY: "one" }, { KEY: "mine" }]);
	});

	test("never a line that nobody saved", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one" });
		edit(v, (text) => `${text}MINE=1\n`);
		await mirrors.sync(v.vault, admin, main);
		expect(savedIn(v)).toEqual({ KEY: "one" });
	});

	test("the other edits, when someone saves one of the names in the same moment", async () => {
		let meanwhile: (() => Promise<unknown>) | null = null;
		await using v = await testVault({ serves: false });
		await using other = await openVault(optionsIn(v.folder, { serves: false }));
		await v.save({ KEY: "one", OTHER: "a" });
		edit(v, (text) => text.replace("one", "mine").replace("'a'", "'b'"));
		const { commit } = v.vault.storage;
		v.vault.storage.commit = async (change) => {
			const act = meanwhile;
			meanwhile = null;
			await act?.();
			return commit.call(v.vault.storage, change);
		};
		meanwhile = () => settings.save(other, admin, { ...shared, writes: [{ name: "KEY", value: "theirs" }] });
		expect(await takeIn(v.vault, "default")).toEqual(["OTHER"]);
		await v.vault.live.refresh();
		expect(savedIn(v)).toEqual({ KEY: "theirs", OTHER: "b" });
		expect(parseEnv(v.envFile()), "the edit that conflicts is still there").toMatchObject({ KEY: "mine" });
	});
});

test("what is taken in goes to the environment whose file it is, also when another has its name by then", async () => {
	await using v = await testVault({ serves: false });
	await using other = await openVault(optionsIn(v.folder, { serves: false }));
	await environments.create(v.vault, admin, { name: "staging" });
	await v.save({ KEY: "one" }, "staging");
	const path = join(v.folder, ".env.staging");
	writeFileSync(path, readFileSync(path, "utf8").replace("one", "mine"));
	const { look } = v.vault.mirrors;
	let looked = false;
	v.vault.mirrors.look = async (environment) => {
		const found = await look.call(v.vault.mirrors, environment);
		if (looked) return found;
		looked = true;
		await environments.rename(other, admin, { name: "staging", to: "live" });
		await environments.create(other, admin, { name: "staging" });
		const writes = [{ name: "KEY", value: "of the other" }];
		await settings.save(other, admin, { environment: "staging", owner: "shared", writes });
		return found;
	};
	await takeIn(v.vault, "staging");
	await v.vault.live.refresh();
	expect(v.vault.live.find("staging")?.values.get("KEY")?.value).toBe("of the other");
	expect(parseEnv(readFileSync(join(v.folder, ".env.live"), "utf8"))).toEqual({ KEY: "mine" });
});

describe("when it is taken in", () => {
	test("at the start of a server", async () => {
		using folder = testFolder();
		{
			await using vault = await openVault(optionsIn(folder.path));
			await settings.save(vault, admin, { ...shared, writes: [{ name: "KEY", value: "one" }] });
		}
		const path = join(folder.path, ".env");
		writeFileSync(path, readFileSync(path, "utf8").replace("one", "mine"));
		await using vault = await openVault(optionsIn(folder.path));
		expect(vault.live.find("default")?.values.get("KEY")?.value).toBe("mine");
	});

	test("soon after the file was written, by a running server", async () => {
		await using v = await testVault({ warn: () => undefined });
		await v.save({ KEY: "one" });
		edit(v, (text) => text.replace("one", "mine"));
		await vi.waitFor(() => expect(savedIn(v)).toEqual({ KEY: "mine" }), { timeout: 30_000, interval: 50 });
		const answer = await v.save({ OTHER: "a" });
		expect(answer.mirrors).toMatchObject([{ status: "mirrored" }]);
	});

	test("again and again: an edit that could not be saved at first is not forgotten", async () => {
		const warnings: string[] = [];
		await using v = await testVault({ warn: (message) => warnings.push(message) });
		await v.save({ KEY: "one" });
		const { commit } = v.vault.storage;
		let failures = 0;
		v.vault.storage.commit = (change) => {
			if ((change.writes?.length ?? 0) > 0 && failures++ < 2) throw new Error("the disk is full");
			return commit.call(v.vault.storage, change);
		};
		edit(v, (text) => text.replace("one", "mine"));
		await vi.waitFor(() => expect(savedIn(v)).toEqual({ KEY: "mine" }), { timeout: 30_000, interval: 50 });
		expect(warnings.join()).toContain("What was edited in .env could not be saved");
		expect(warnings.join(), "what a library says may quote a value").not.toContain("the disk is full");
	});
});
