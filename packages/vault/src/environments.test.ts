import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { accessIn, PERMISSIONS, type Permission } from "@holdfast/contract";
import { expect, test } from "vitest";
import { admin, optionsIn, person, type TestVault, testVault } from "../test/harness.ts";
import { environments, mirrors, openVault, settings, tokens, type Vault } from "./index.ts";
import { readSavedValues } from "./snapshot.ts";

const at = (environment: string) => ({ environment, owner: "shared" }) as const;

async function staged(): Promise<TestVault> {
	const v = await testVault({ serves: false });
	await environments.create(v.vault, admin, { name: "staging" });
	await v.save({ KEY: "one", OTHER: "a" }, "staging");
	await v.save({ KEY: "two" }, "staging");
	return v;
}

function fileIn(v: TestVault, name: string): Record<string, string | undefined> {
	return parseEnv(readFileSync(join(v.folder, name), "utf8"));
}

function hydrated({ options }: Vault, environment: string): Record<string, string | null> {
	const { own } = readSavedValues(options.dataDir, options.rootKey, environment);
	return Object.fromEntries(Array.from(own, ([name, { value }]) => [name, value]));
}

async function refusal(act: Promise<unknown>): Promise<string> {
	return act.then(
		() => "done",
		(error) => error.code,
	);
}

test("an environment is renamed with its values, its history, its tokens and its file", async () => {
	await using v = await staged();
	writeFileSync(join(v.folder, ".env.staging"), `# mine\n${readFileSync(join(v.folder, ".env.staging"), "utf8")}`);
	const personal = { environment: "staging", owner: "personal", writes: [{ name: "KEY", value: "ann's" }] } as const;
	await settings.save(v.vault, person("ann"), { ...personal, writes: [...personal.writes] });
	const limited = { label: "ci", permissions: ["settings.see" as const], environments: ["staging"] };
	await tokens.create(v.vault, admin, limited);
	const { environment, mirror } = await environments.rename(v.vault, admin, { name: "staging", to: "live" });
	expect(environment).toMatchObject({ name: "live", file: ".env.live", settings: 2 });
	expect(mirror).toMatchObject({ target: ".env.live", status: "mirrored" });
	expect(existsSync(join(v.folder, ".env.staging"))).toBe(false);
	expect(readFileSync(join(v.folder, ".env.live"), "utf8").startsWith("# mine\n")).toBe(true);
	expect(fileIn(v, ".env.live")).toEqual({ KEY: "two", OTHER: "a" });
	expect(hydrated(v.vault, "live")).toEqual({ KEY: "two", OTHER: "a" });
	const own = { environment: "live", owner: "personal", name: "KEY" } as const;
	expect(await settings.reveal(v.vault, { ...person("ann", "admin") }, own)).toMatchObject({ value: "ann's" });
	expect(await settings.history(v.vault, admin, { ...at("live"), name: "KEY" })).toHaveLength(2);
	expect(await tokens.list(v.vault, admin)).toMatchObject([{ environments: ["live"] }]);
	expect(await refusal(settings.list(v.vault, admin, { environment: "staging" }))).toBe("ENVIRONMENT_NOT_FOUND");
});

test("a name that is free again is another environment's, also for a process that knew the first one", async () => {
	await using v = await staged();
	await using other = await openVault(optionsIn(v.folder, { serves: false }));
	const save = (vault: Vault, environment: string, value: string) =>
		settings.save(vault, admin, { ...at(environment), writes: [{ name: "KEY", value }] });
	await save(other, "staging", "three");
	await environments.rename(v.vault, admin, { name: "staging", to: "live" });
	await environments.create(v.vault, admin, { name: "staging" });
	await save(other, "staging", "new");
	await save(other, "live", "four");
	await using third = await openVault(optionsIn(v.folder, { serves: false }));
	expect([hydrated(third, "staging"), hydrated(third, "live")]).toEqual([{ KEY: "new" }, { KEY: "four", OTHER: "a" }]);
	expect([fileIn(v, ".env.staging"), fileIn(v, ".env.live")]).toMatchObject([{ KEY: "new" }, { KEY: "four" }]);
});

test("a save that was planned before a rename reaches the environment it was for, or none", async () => {
	await using v = await staged();
	await using other = await openVault(optionsIn(v.folder, { serves: false }));
	const { commit } = v.vault.storage;
	let renamed = false;
	v.vault.storage.commit = async (change) => {
		if (!renamed) {
			renamed = true;
			await environments.rename(other, admin, { name: "staging", to: "live" });
			await environments.create(other, admin, { name: "staging" });
		}
		return commit.call(v.vault.storage, change);
	};
	await v.save({ KEY: "three" }, "staging");
	await using third = await openVault(optionsIn(v.folder, { serves: false }));
	const values = [hydrated(third, "live").KEY, hydrated(third, "staging").KEY];
	expect(values.filter((value) => value === "three")).toHaveLength(1);
});

test("an environment is removed: its lines leave the file, others stay, and its history comes back with its name", async () => {
	await using v = await staged();
	const path = join(v.folder, ".env.staging");
	writeFileSync(path, `${readFileSync(path, "utf8")}MINE=1\n`);
	const { mirror } = await environments.remove(v.vault, admin, { name: "staging" });
	expect(mirror).toMatchObject({ target: ".env.staging", status: "mirrored" });
	expect(fileIn(v, ".env.staging")).toEqual({ MINE: "1" });
	expect((await environments.list(v.vault, admin)).map(({ name }) => name)).toEqual(["default"]);
	expect(() => hydrated(v.vault, "staging")).toThrow("There is no environment staging");
	expect((await mirrors.status(v.vault, admin)).map(({ environment }) => environment)).toEqual(["default"]);
	expect(await environments.create(v.vault, admin, { name: "staging" })).toMatchObject({ settings: 0 });
	const history = await settings.history(v.vault, admin, { ...at("staging"), name: "KEY" });
	expect(history.map(({ removed, message }) => [removed, message])).toEqual([
		[true, "The environment was removed"],
		[false, null],
		[false, null],
	]);
	await v.save({ KEY: "again" }, "staging");
	expect(hydrated(v.vault, "staging")).toEqual({ KEY: "again" });
});

test("a removed environment whose file could not be written lets go of it as soon as it can be", async () => {
	await using v = await staged();
	const path = join(v.folder, ".env.staging");
	const torn = `${readFileSync(path, "utf8")}TORN='\n`;
	writeFileSync(path, torn);
	expect(await environments.remove(v.vault, admin, { name: "staging" })).toMatchObject({
		mirror: { status: "pending" },
	});
	writeFileSync(path, torn.replace("TORN='\n", ""));
	await v.vault.mirrors.sync("staging");
	expect(fileIn(v, ".env.staging")).toEqual({});
});

test("a personal save that was planned before its environment was removed is refused, and not lost in it", async () => {
	await using v = await staged();
	await using other = await openVault(optionsIn(v.folder, { serves: false }));
	const { commit } = v.vault.storage;
	let removed = false;
	v.vault.storage.commit = async (change) => {
		if (!removed) {
			removed = true;
			await environments.remove(other, admin, { name: "staging" });
		}
		return commit.call(v.vault.storage, change);
	};
	const writes = [{ name: "KEY", value: "ann's" }];
	const saving = settings.save(v.vault, person("ann"), { environment: "staging", owner: "personal", writes });
	expect(await refusal(saving)).toBe("ENVIRONMENT_NOT_FOUND");
});

test("what an environment may not become", async () => {
	await using v = await staged();
	await environments.create(v.vault, admin, { name: "taken" });
	await mirrors.configure(v.vault, admin, { environment: "taken", file: ".env.elsewhere" });
	const rename = (name: string, to: string, caller = admin) =>
		refusal(environments.rename(v.vault, caller, { name, to }));
	expect(await rename("default", "other")).toBe("ENVIRONMENT_FIXED");
	expect(await rename("nowhere", "other")).toBe("ENVIRONMENT_NOT_FOUND");
	expect(await rename("staging", "taken")).toBe("ENVIRONMENT_EXISTS");
	expect(await rename("staging", "elsewhere"), "another environment is kept in its file").toBe("ENVIRONMENT_INVALID");
	expect(await rename("staging", "Not A Slug")).toBe("ENVIRONMENT_INVALID");
	expect(await rename("staging", "local")).toBe("ENVIRONMENT_INVALID");
	expect(await rename("staging", "other", person("ed"))).toBe("NOT_ALLOWED");
	const limited = { ...admin, access: accessIn(Object.keys(PERMISSIONS) as Permission[], ["staging"]) };
	expect(await rename("staging", "other", limited), "nobody renames out of their own sight").toBe("NOT_ALLOWED");
	expect(await refusal(environments.remove(v.vault, admin, { name: "default" }))).toBe("ENVIRONMENT_FIXED");
	expect(await refusal(environments.create(v.vault, admin, { name: "staging" }))).toBe("ENVIRONMENT_EXISTS");
	expect(fileIn(v, ".env.staging")).toEqual({ KEY: "two", OTHER: "a" });
});

test("a file that stands where a renamed environment's goes is neither written over nor taken for edits", async () => {
	await using v = await staged();
	writeFileSync(join(v.folder, ".env.live"), "KEY=theirs\n", { mode: 0o600 });
	await environments.rename(v.vault, admin, { name: "staging", to: "live" });
	expect(await mirrors.sync(v.vault, admin, { environment: "live" })).toMatchObject({
		status: "drift",
		names: ["KEY"],
	});
	expect(hydrated(v.vault, "live")).toEqual({ KEY: "two", OTHER: "a" });
	expect(fileIn(v, ".env.live")).toEqual({ KEY: "theirs", OTHER: "a" });
});
