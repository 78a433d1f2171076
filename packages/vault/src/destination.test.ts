import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { admin, person, type TestVault, testVault } from "../test/harness.ts";
import { environments, mirrors, settings, system } from "./index.ts";
import { prune } from "./retention.ts";

const [KEY, URL] = ["GOOGLE_API_KEY", "GOOGLE_BASE_URL"];
const ed = person("ed");
const saveUrl = ({ vault }: TestVault, environment: string) =>
	settings.save(vault, ed, { environment, owner: "shared", writes: [{ name: URL, value: "https://thief.example" }] });

async function refusal({ vault }: TestVault, environment = "default"): Promise<string | null> {
	const resolved = await settings.resolve(vault, ed, { environment, names: [KEY, URL] });
	return settings.requireOwnUrl(vault, ed, { environment, url: URL, key: KEY, resolved }).then(
		() => null,
		(error) => error.code,
	);
}

test("FAULTS 37: keeping what is saved, against a hand edit of the key, is not entering the key again", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [KEY]: "the key" });
	await saveUrl(v, "default");
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	for (const typed of ["typed", "typed again"]) {
		writeFileSync(join(v.folder, ".env"), v.envFile().replace("the key", typed));
		const { lines } = await mirrors.diff(v.vault, ed, { environment: "default" });
		const line = lines.find(({ name }) => name === KEY);
		const sides = { saved: line?.saved?.fingerprint ?? null, file: line?.file?.fingerprint ?? null };
		const choices = [{ name: KEY, take: "saved" as const, ...sides }];
		await mirrors.resolve(v.vault, ed, { environment: "default", choices });
		expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	}
	await v.save({ [KEY]: "the key" });
	expect(await refusal(v), "entered again by who knows it").toBeNull();
});

test("FAULTS 37: a line that was saved in any environment is not trusted as written by hand", async () => {
	await using v = await testVault({ serves: false });
	await environments.create(v.vault, admin, { name: "staging" });
	await v.save({ [KEY]: "the key" });
	await saveUrl(v, "staging");
	// As when the process ends before the file moves.
	v.vault.mirrors.moved = async () => null;
	await environments.rename(v.vault, admin, { name: "staging", to: "live" });
	await environments.create(v.vault, admin, { name: "staging" });
	expect(await refusal(v, "staging")).toBe("KEY_FOR_OTHER_URL");
});

function restore({ vault }: TestVault, name: string, version: number) {
	return settings.restore(vault, ed, { environment: "default", owner: "shared", name, version });
}

test("FAULTS 37: bringing back an earlier key is not entering it, however often", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [URL]: "https://first.example", [KEY]: "the key" });
	await v.save({ [KEY]: "a newer key" });
	await saveUrl(v, "default");
	await restore(v, KEY, 1);
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	await restore(v, KEY, 3);
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	await settings.remove(v.vault, ed, { environment: "default", owner: "shared", name: KEY });
	await restore(v, KEY, 4);
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	await restore(v, URL, 1);
	expect(await refusal(v), "back where it was entered for").toBeNull();
});

test("FAULTS 37: bringing back an earlier URL takes no key along that was entered for another", async () => {
	await using v = await testVault({ serves: false });
	await saveUrl(v, "default");
	await v.save({ [URL]: "https://first.example" });
	await v.save({ [KEY]: "the key" });
	expect(await refusal(v)).toBeNull();
	await restore(v, URL, 1);
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
});

async function keepSaved(v: TestVault): Promise<void> {
	const { lines } = await mirrors.diff(v.vault, ed, { environment: "default" });
	const line = lines.find(({ name }) => name === KEY);
	const sides = { saved: line?.saved?.fingerprint ?? null, file: line?.file?.fingerprint ?? null };
	const choices = [{ name: KEY, take: "saved" as const, ...sides }];
	await mirrors.resolve(v.vault, ed, { environment: "default", choices });
}

test("FAULTS 37: a key that was brought back and then kept against a hand edit is as old as it was", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [KEY]: "the key" });
	await v.save({ [KEY]: "a newer key" });
	await saveUrl(v, "default");
	await restore(v, KEY, 1);
	writeFileSync(join(v.folder, ".env"), v.envFile().replace("the key", "typed"));
	await keepSaved(v);
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	await restore(v, KEY, 5);
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
});

test("FAULTS 37: a line that someone else wrote is not entered by who lets it into the history and brings it back", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [KEY]: "the key" });
	await saveUrl(v, "default");
	writeFileSync(join(v.folder, ".env"), v.envFile().replace("the key", "typed by another"));
	await keepSaved(v);
	await restore(v, KEY, 2);
	expect((await settings.reveal(v.vault, admin, { environment: "default", owner: "shared", name: KEY })).value).toBe(
		"typed by another",
	);
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
});

test("FAULTS 37: nor is a hand-written key that a first save took into the history", async () => {
	await using v = await testVault({ serves: false });
	writeFileSync(join(v.folder, ".env"), `${KEY}=found\n`);
	await saveUrl(v, "default");
	await settings.save(v.vault, ed, { environment: "default", owner: "shared", writes: [{ name: KEY, value: "x" }] });
	expect(await refusal(v), "their own").toBeNull();
	await restore(v, KEY, 1);
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
});

test("FAULTS 37: of a URL that is no longer kept it is known whether it is the one that applies, and nothing else", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [URL]: "https://first.example/v1" });
	await v.save({ [KEY]: "the key" });
	await saveUrl(v, "default");
	await system.configure(v.vault, admin, { historyVersions: 1 });
	await prune(v.vault.storage, Date.now());
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	await v.save({ [URL]: "https://first.example/v2" });
	expect(await refusal(v), "the same origin, but nobody knows").toBe("KEY_FOR_OTHER_URL");
	await v.save({ [URL]: "https://first.example/v1" });
	expect(await refusal(v)).toBeNull();
	await v.save({ [KEY]: "the key", [URL]: "https://first.example/v2" });
	expect(await refusal(v)).toBeNull();
});

test("FAULTS 37: a key whose origin is no longer kept is as old as it was", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [URL]: "https://first.example", [KEY]: "the key" });
	await v.save({ [KEY]: "a newer key" });
	await saveUrl(v, "default");
	await restore(v, KEY, 1);
	await system.configure(v.vault, admin, { historyVersions: 1 });
	await prune(v.vault.storage, Date.now());
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	await v.save({ [URL]: "https://first.example" });
	expect(await refusal(v)).toBeNull();
});
