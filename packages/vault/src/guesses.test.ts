/** What someone who may save and not reveal could learn by saving guesses. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { admin, person, testVault } from "../test/harness.ts";
import { environments, mirrors, settings, transfer, type Vault } from "./index.ts";

const ed = person("ed");
const KEY = "GOOGLE_API_KEY";

function guess(vault: Vault, environment: string, value: string, secret = true) {
	const writes = [{ name: KEY, value, secret }];
	return settings.save(vault, ed, { environment, owner: "shared", writes });
}

async function fingerprints(vault: Vault, environment: string): Promise<(string | undefined)[]> {
	const { lines } = await mirrors.diff(vault, ed, { environment });
	return lines.flatMap(({ base, saved, file }) => [base, saved, file].map((side) => side?.fingerprint));
}

test("a fingerprint of a line says nothing of a guess saved elsewhere, nor of one saved in its place", async () => {
	await using v = await testVault({ serves: false });
	await environments.create(v.vault, admin, { name: "staging" });
	await v.save({ [KEY]: "the secret" });
	const known = await fingerprints(v.vault, "default");
	await guess(v.vault, "staging", "the secret");
	for (const mark of await fingerprints(v.vault, "staging")) expect(known).not.toContain(mark);
	await guess(v.vault, "default", "the secret");
	for (const mark of await fingerprints(v.vault, "default")) expect(known).not.toContain(mark);
});

test("the mark of an import from a file says nothing of the values that Holdfast keeps there", async () => {
	await using v = await testVault({ serves: false });
	await environments.create(v.vault, admin, { name: "staging" });
	await v.save({ [KEY]: "the secret" });
	const markOf = async (environment: string) =>
		(await transfer.previewImport(v.vault, ed, { environment, owner: "shared", from: { file: true } })).mark;
	const marks: string[] = [];
	for (const value of ["a guess", "the secret"]) {
		await guess(v.vault, "staging", value);
		marks.push(String((await markOf("staging")) === (await markOf("default"))));
	}
	expect(new Set(marks).size).toBe(1);
});

test("a guess saved plain is masked in the history whether it is right or not, also when the secret is entered again", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [KEY]: "the secret" });
	await guess(v.vault, "default", "a guess", false);
	await guess(v.vault, "default", "the secret", false);
	const one = { environment: "default", owner: "shared", name: KEY } as const;
	const shown = async (caller: typeof ed) =>
		(await settings.history(v.vault, caller, one)).map((version) => version.shown);
	expect(await shown(ed)).toEqual(["••••", "••••", "••••"]);
	expect(await shown(admin)).toEqual(["the secret", "a guess", "••••"]);
	const writes = [{ name: KEY, value: "the secret", secret: true }];
	await settings.save(v.vault, admin, { ...one, writes });
	expect(await shown(ed)).toEqual(["••••", "••••", "••••", "••••"]);
	await guess(v.vault, "default", "plain", false);
	for (const version of [2, 3]) await settings.restore(v.vault, ed, { ...one, version });
	expect((await settings.history(v.vault, ed, one)).slice(0, 2).map(({ secret }) => secret)).toEqual([true, true]);
});

test("a secret that waits in the file is not shown because someone saved its name as plain", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [KEY]: "one" });
	writeFileSync(join(v.folder, ".env"), v.envFile().replace("one", "the secret"));
	await guess(v.vault, "default", "x", false);
	const diff = await mirrors.diff(v.vault, ed, { environment: "default" });
	expect(diff.lines).toMatchObject([{ state: "conflict", saved: { shown: "x" } }]);
	expect(JSON.stringify(diff)).not.toContain("the secret");
});

test("the history does not say that a secret was saved again, but to who may reveal it", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [KEY]: "the secret" });
	for (const [value, secret] of [
		["a guess", true],
		["the secret", true],
		["the secret", true],
	] as const)
		await guess(v.vault, "default", value, secret);
	const changes = async (caller: typeof ed) =>
		(await settings.history(v.vault, caller, { environment: "default", owner: "shared", name: KEY })).map(
			({ change }) => change,
		);
	expect(await changes(ed)).toEqual(["changed", "changed", "changed", "created"]);
	expect(await changes(admin)).toEqual(["kept", "changed", "changed", "created"]);
});
