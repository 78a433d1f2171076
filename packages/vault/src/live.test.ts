import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, test, vi } from "vitest";
import { admin, optionsIn, type TestVault, testVault } from "../test/harness.ts";
import { environments, mirrors, openVault, settings } from "./index.ts";

/** Have something happen between the plan of this vault's next commit and the commit. */
function beforeNextCommit({ vault }: TestVault, act: () => Promise<unknown>): void {
	const { commit } = vault.storage;
	let done = false;
	vault.storage.commit = async (change) => {
		if (!done) {
			done = true;
			await act();
		}
		return commit.call(vault.storage, change);
	};
}

test("a save that was planned before a rename does not bring the old name back", async () => {
	await using v = await testVault({ serves: false });
	await using other = await openVault(optionsIn(v.folder, { serves: false }));
	await environments.create(v.vault, admin, { name: "staging" });
	await v.save({ KEY: "one" }, "staging");
	beforeNextCommit(v, async () => {
		await environments.rename(other, admin, { name: "staging", to: "live" });
		await environments.create(other, admin, { name: "staging" });
	});
	await v.save({ KEY: "two" }, "staging");
	await v.save({ KEY: "of the other" }, "staging");
	const live = { environment: "live", owner: "shared", name: "KEY" } as const;
	expect(await settings.reveal(v.vault, admin, live)).toMatchObject({ value: "two" });
	expect(await settings.reveal(v.vault, admin, { ...live, environment: "staging" })).toMatchObject({
		value: "of the other",
	});
});

test("a save that was planned before its file was turned off, or moved, writes no value into the old one", async () => {
	await using v = await testVault({ serves: false });
	await using other = await openVault(optionsIn(v.folder, { serves: false }));
	await v.save({ KEY: "one" });
	beforeNextCommit(v, () => mirrors.configure(other, admin, { environment: "default", file: "app.env" }));
	await v.save({ KEY: "two" });
	expect(existsSync(join(v.folder, ".env"))).toBe(false);
	expect(parseEnv(readFileSync(join(v.folder, "app.env"), "utf8"))).toEqual({ KEY: "two" });
	writeFileSync(join(v.folder, "app.env"), "");
	beforeNextCommit(v, () => mirrors.configure(other, admin, { environment: "default", enabled: false }));
	await v.save({ KEY: "three" });
	expect(readFileSync(join(v.folder, "app.env"), "utf8")).toBe("");
});

test("who waits is told of every save, by whom it was, and can read it by then", async () => {
	await using v = await testVault({ serves: false });
	await using other = await openVault(optionsIn(v.folder, { serves: false }));
	const told: [number, boolean, string | null | undefined][] = [];
	const value = () => other.live.find("default")?.values.get("KEY")?.value;
	const end = other.live.onChange((revision, elsewhere) => void told.push([revision, elsewhere, value()]));
	const { revision } = await v.save({ KEY: "theirs" });
	await vi.waitFor(() => expect(told).toEqual([[revision, true, "theirs"]]), { timeout: 20_000 });
	const input = { environment: "default", owner: "shared", writes: [{ name: "KEY", value: "own" }] } as const;
	await settings.save(other, admin, { ...input, writes: [...input.writes] });
	await vi.waitFor(() => expect(told.at(-1)).toEqual([revision + 1, false, "own"]), { timeout: 20_000 });
	end();
	await v.save({ KEY: "unheard" });
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(told.map(([at]) => at)).not.toContain(revision + 2);
});

test("what an older look took in late does not hide what a newer one found", async () => {
	await using v = await testVault({ serves: false });
	await using other = await openVault(optionsIn(v.folder, { serves: false }));
	await v.save({ KEY: "one" });
	const late = Promise.withResolvers<void>();
	const { environments: rows } = other.storage;
	other.storage.environments = async () => {
		const read = await rows.call(other.storage);
		other.storage.environments = rows;
		await late.promise;
		return read;
	};
	const older = other.live.refresh();
	await v.save({ KEY: "two" });
	const newer = await other.live.refresh();
	late.resolve();
	expect(await older).toBe(newer);
	expect(other.live.find("default")?.values.get("KEY")?.value).toBe("two");
});
