/**
 * Keys and base URLs that are saved, removed, brought back, kept against hand edits and let go of, in any order: a key is
 * sent only where it was entered for, as someone would remember it who watched.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { main } from "../test/drift.ts";
import { admin, person, type TestVault, testVault } from "../test/harness.ts";
import { mirrors, settings, system } from "./index.ts";
import { prune } from "./retention.ts";

const RUNS = process.env.SLOW ? 1_000 : 40;
const [KEY, URL] = ["GOOGLE_API_KEY", "GOOGLE_BASE_URL"];
const ed = person("ed");
const shared = { environment: "default", owner: "shared" } as const;

const STEP = fc.oneof(
	fc.record({ act: fc.constantFrom("enter the key", "keep what is saved", "remove the key", "prune") }),
	fc.record({ act: fc.constant("save a URL"), at: fc.nat(2) }),
	fc.record({ act: fc.constantFrom("restore the key", "restore a URL"), at: fc.nat(30) }),
);
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

/** Where a version's value was entered for: an origin, `null` for the provider's own, `unknown` for a line of a file. */
type Entered = string | null;

interface World {
	v: TestVault;
	/** Of each version of the key, from 1 on; `undefined` for a removal. */
	keys: (Entered | undefined)[];
	/** Of each version of the URL, from 1 on. */
	urls: string[];
	count: number;
}

async function restore({ vault }: TestVault, name: string, version: number): Promise<boolean> {
	try {
		await settings.restore(vault, ed, { ...shared, name, version });
		return true;
	} catch (error) {
		if ((error as { code?: string }).code !== "VERSION_NOT_FOUND") throw error;
		return false;
	}
}

/** Someone edits the key's line, and someone who does not know either value lets what is saved stand. */
async function keep({ v, keys, count }: World): Promise<void> {
	const present = keys.at(-1);
	if (present === undefined) return;
	writeFileSync(join(v.folder, ".env"), v.envFile().replace(new RegExp(`^${KEY}=.*$`, "m"), `${KEY}=typed${count}`));
	const line = (await mirrors.diff(v.vault, ed, main)).lines.find(({ name }) => name === KEY);
	const sides = { saved: line?.saved?.fingerprint ?? null, file: line?.file?.fingerprint ?? null };
	await mirrors.resolve(v.vault, ed, { ...main, choices: [{ name: KEY, take: "saved", ...sides }] });
	keys.push("unknown", present);
}

async function carryOut(world: World, step: Step): Promise<void> {
	const { v, keys, urls } = world;
	world.count += 1;
	const at = "at" in step ? step.at : 0;
	switch (step.act) {
		case "enter the key":
			await v.save({ [KEY]: `key${world.count}` });
			keys.push(urls.at(-1) ?? null);
			return;
		case "save a URL": {
			const value = `https://host${at}.example`;
			await settings.save(v.vault, ed, { ...shared, writes: [{ name: URL, value }] });
			urls.push(value);
			return;
		}
		case "remove the key":
			if (keys.at(-1) === undefined) return;
			await settings.remove(v.vault, ed, { ...shared, name: KEY });
			keys.push(undefined);
			return;
		case "keep what is saved":
			return keep(world);
		case "restore the key": {
			const version = 1 + (at % Math.max(keys.length, 1));
			if (await restore(v, KEY, version)) keys.push(keys[version - 1]);
			return;
		}
		case "restore a URL": {
			const version = 1 + (at % Math.max(urls.length, 1));
			if (await restore(v, URL, version)) urls.push(urls[version - 1] ?? "");
			return;
		}
		case "prune":
			await prune(v.vault.storage, Date.now());
	}
}

async function isSent({ vault }: TestVault): Promise<boolean> {
	const resolved = await settings.resolve(vault, ed, { environment: "default", names: [KEY, URL] });
	return settings.requireOwnUrl(vault, ed, { environment: "default", url: URL, key: KEY, resolved }).then(
		() => true,
		() => false,
	);
}

test("FAULTS 37: whatever is saved, brought back and let go of, a key goes only where it was entered for", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(STEP, { minLength: 4, maxLength: 25 }), async (steps) => {
			await using v = await testVault({ serves: false });
			await system.configure(v.vault, admin, { historyVersions: 3 });
			const world: World = { v, keys: [], urls: [], count: 0 };
			for (const step of steps) {
				await carryOut(world, step);
				const [entered, url] = [world.keys.at(-1), world.urls.at(-1)];
				const isSettled = entered === undefined || url === undefined;
				expect([step.act, await isSent(v)]).toEqual([step.act, isSettled || entered === url]);
			}
		}),
		{ numRuns: RUNS },
	);
}, 600_000);
