import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { admin, optionsIn, type TestVault, testVault } from "../test/harness.ts";
import { environments, mirrors, openVault, settings } from "./index.ts";

const main = { environment: "default" };

function edit(v: TestVault, change: (text: string) => string, file = ".env"): void {
	const path = join(v.folder, file);
	writeFileSync(path, change(readFileSync(path, "utf8")));
}

async function choiceOf(v: TestVault, name: string, take: "saved" | "file") {
	const line = (await mirrors.diff(v.vault, admin, main)).lines.find((each) => each.name === name);
	return { name, take, saved: line?.saved?.fingerprint ?? null, file: line?.file?.fingerprint ?? null };
}

function valuesIn({ vault }: TestVault, environment: string): Record<string, string | null> {
	const values = vault.live.find(environment)?.values ?? [];
	return Object.fromEntries(Array.from(values, ([name, { value }]) => [name, value]));
}

test("a line that was set back by hand to what this process wrote once is an edit, when another has written since", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ KEY: "one" });
	await v.vault.mirrors.record();
	{
		await using other = await openVault(optionsIn(v.folder, { serves: false }));
		await settings.save(other, admin, { ...main, owner: "shared", writes: [{ name: "KEY", value: "two" }] });
	}
	edit(v, (text) => text.replace("two", "one"));
	await v.vault.mirrors.sync("default");
	expect(parseEnv(v.envFile())).toEqual({ KEY: "one" });
	expect(await mirrors.sync(v.vault, admin, main)).toMatchObject({ status: "drift", names: ["KEY"] });
	expect(parseEnv(v.envFile())).toEqual({ KEY: "one" });
});

test("a line that is typed while someone chooses to have it written again is not written over", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ KEY: "one", OTHER: "a" });
	edit(v, (text) => text.replace(/^KEY=.*\n/m, ""));
	const choice = await choiceOf(v, "KEY", "saved");
	const { commit } = v.vault.storage;
	v.vault.storage.commit = (change) => {
		edit(v, (text) => (text.includes("KEY=") ? text : `${text}KEY=mine\n`));
		return commit.call(v.vault.storage, change);
	};
	await mirrors.resolve(v.vault, admin, { ...main, choices: [choice] });
	expect(parseEnv(v.envFile())).toMatchObject({ KEY: "mine" });
});

test("the saved side of a line that was taken out and saved anew is written again", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ KEY: "one", OTHER: "a" });
	edit(v, (text) => text.replace(/^KEY=.*\n/m, ""));
	await v.save({ KEY: "two" });
	const choice = await choiceOf(v, "KEY", "saved");
	expect(await mirrors.resolve(v.vault, admin, { ...main, choices: [choice] })).toMatchObject({ status: "mirrored" });
	expect(parseEnv(v.envFile())).toMatchObject({ KEY: "two" });
});

test("what a file is not known to hold since it was turned on again is no removal", async () => {
	await using v = await testVault({ serves: false });
	writeFileSync(join(v.folder, ".env"), "MINE=1\n", { mode: 0o600 });
	await v.save({ KEY: "one" });
	await mirrors.configure(v.vault, admin, { ...main, enabled: false });
	edit(v, (text) => text.replace(/^KEY=.*\n/m, ""));
	await mirrors.configure(v.vault, admin, { ...main, enabled: true });
	await mirrors.sync(v.vault, admin, main);
	expect(valuesIn(v, "default")).toEqual({ KEY: "one" });
	expect(parseEnv(v.envFile())).toEqual({ MINE: "1", KEY: "one" });
});

test("a value that has a form since the readers were chosen is written, and not taken for a removal", async () => {
	await using v = await testVault({ serves: false });
	writeFileSync(join(v.folder, ".env"), "MINE=1\n", { mode: 0o600 });
	await v.save({ KEY: "it's $5", OTHER: "a" });
	edit(v, (text) => text.replace(/^#.*KEY.*\n/m, ""));
	await mirrors.configure(v.vault, admin, { ...main, readers: ["node", "dotenv"] });
	await mirrors.sync(v.vault, admin, main);
	expect(valuesIn(v, "default")).toEqual({ KEY: "it's $5", OTHER: "a" });
	expect(parseEnv(v.envFile())).toMatchObject({ KEY: "it's $5" });
});

test("a removed environment lets go of a file that another one is kept in by now", async () => {
	await using v = await testVault({ serves: false });
	for (const name of ["staging", "production"]) await environments.create(v.vault, admin, { name });
	await v.save({ KEY: "the same", OTHER: "a" }, "staging");
	await v.save({ KEY: "the same", MORE: "b" }, "production");
	const path = join(v.folder, ".env.staging");
	const whole = readFileSync(path, "utf8");
	writeFileSync(path, `${whole}TORN='\n`);
	await environments.remove(v.vault, admin, { name: "staging" });
	writeFileSync(path, whole);
	await environments.rename(v.vault, admin, { name: "production", to: "staging" });
	const before = parseEnv(readFileSync(path, "utf8"));
	await v.vault.mirrors.syncBehind();
	await v.vault.mirrors.sync("staging");
	expect(parseEnv(readFileSync(path, "utf8"))).toEqual(before);
	await mirrors.sync(v.vault, admin, { environment: "staging" });
	expect(valuesIn(v, "staging")).toEqual({ KEY: "the same", MORE: "b" });
});
