import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { admin, optionsIn, type TestVault, testVault } from "../test/harness.ts";
import { environments, mirrors, openVault } from "./index.ts";

async function refusal(act: Promise<unknown>): Promise<string> {
	return act.then(
		() => "done",
		(error) => error.code,
	);
}

function configure({ vault }: TestVault, environment: string, file: string | null): Promise<string> {
	return refusal(mirrors.configure(vault, admin, { environment, file }));
}

test("no environment is created, or brought back, into a file that another one is kept in", async () => {
	await using v = await testVault({ serves: false });
	const create = (name: string) => refusal(environments.create(v.vault, admin, { name }));
	expect(await configure(v, "default", ".env.production")).toBe("done");
	expect(await create("production")).toBe("ENVIRONMENT_INVALID");
	expect(await create("staging")).toBe("done");
	expect(await configure(v, "staging", "app.env")).toBe("done");
	await environments.remove(v.vault, admin, { name: "staging" });
	expect(await configure(v, "default", "app.env")).toBe("done");
	expect(await create("staging")).toBe("ENVIRONMENT_INVALID");
	expect(await create("production")).toBe("done");
});

test("no second name leads to another environment's file: not by case, not by a link", async () => {
	await using v = await testVault({ serves: false });
	await environments.create(v.vault, admin, { name: "staging" });
	await v.save({ KEY: "one" });
	mkdirSync(join(v.folder, "config"));
	symlinkSync("config", join(v.folder, "same"));
	symlinkSync(".env", join(v.folder, "link.env"));
	expect(await configure(v, "staging", "link.env")).toBe("MIRROR_FILE_INVALID");
	expect(await configure(v, "default", ".env.Staging")).toBe("MIRROR_FILE_INVALID");
	expect(await configure(v, "default", "config/app.env")).toBe("done");
	for (const file of ["same/app.env", "config/App.env"])
		expect(await configure(v, "staging", file)).toBe("MIRROR_FILE_INVALID");
	expect(await configure(v, "default", "same/app.env"), "but to one's own").toBe("done");
});

test("no folder that a link leads out of the project", async () => {
	await using v = await testVault({ serves: false });
	await using other = await testVault({ serves: false });
	writeFileSync(join(other.folder, "theirs.env"), "KEY=theirs\n");
	symlinkSync(other.folder, join(v.folder, "away"));
	expect(await configure(v, "default", "away/theirs.env")).toBe("MIRROR_FILE_INVALID");
});

test.each([".env.production.example", ".env.Example", "example.env", ".env.KEYS", ".env.vault.production"])(
	"no file that is committed, or another tool's: %s",
	async (file) => {
		await using v = await testVault({ serves: false });
		expect(await configure(v, "default", file)).toBe("MIRROR_FILE_INVALID");
	},
);

test.each([".env.local", ".env.production.local"])(
	"a file that only frameworks treat apart may be chosen: %s",
	async (file) => {
		await using v = await testVault({ serves: false });
		expect(await configure(v, "default", file)).toBe("done");
	},
);

test("two choices for one file that are made in the same moment both stand", async () => {
	await using v = await testVault({ serves: false });
	await using other = await openVault(optionsIn(v.folder, { serves: false }));
	const { commit } = v.vault.storage;
	let meanwhile = true;
	v.vault.storage.commit = async (change) => {
		if (meanwhile) {
			meanwhile = false;
			await mirrors.configure(other, admin, { environment: "default", enabled: false });
		}
		return commit.call(v.vault.storage, change);
	};
	const { options } = await mirrors.configure(v.vault, admin, { environment: "default", onEdit: "ask" });
	expect(options).toMatchObject({ enabled: false, onEdit: "ask" });
});
