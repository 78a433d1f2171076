/**
 * Two processes and a person with an editor, in any order: nothing that was typed into the file is ever lost, and nothing
 * that was saved is removed unless someone removed it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { main } from "../test/drift.ts";
import { admin, optionsIn, testFolder } from "../test/harness.ts";
import { isDrift } from "./drift.ts";
import { mirrors, openVault, settings, type Vault } from "./index.ts";

const RUNS = process.env.SLOW ? 2_000 : 40;
const NAMES = ["A", "B", "C"] as const;
type Name = (typeof NAMES)[number];

const at = { name: fc.constantFrom(...NAMES), process: fc.constantFrom(0, 1) };
const STEP = fc.oneof(
	fc.record({ act: fc.constantFrom("save", "remove", "edit", "revert", "delete"), ...at }),
	fc.record({ act: fc.constantFrom("sync", "look", "record", "crash", "turn off", "turn on", "readers"), ...at }),
	fc.record({ act: fc.constantFrom("keep what is saved", "keep what the file says"), ...at }),
);
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

/** What may not be lost, as a person would know it. */
interface Memory {
	/** The last value typed by hand for each name. */
	typed: Map<Name, string>;
	/** The names that were saved and that nobody removed, in the file or here. */
	kept: Set<Name>;
	count: number;
}

interface World extends Memory {
	folder: string;
	vaults: [Vault, Vault];
}

const open = (folder: string) => openVault(optionsIn(folder, { serves: false, warn: () => undefined }));

function editor(folder: string) {
	const path = join(folder, ".env");
	const read = () => readFileSync(path, { encoding: "utf8", flag: "a+" });
	return { read, write: (text: string) => writeFileSync(path, text) };
}

function type(world: World, name: Name, value: string | null): void {
	const { read, write } = editor(world.folder);
	const rest = read().replace(new RegExp(`^${name}=.*\n`, "m"), "");
	write(value === null ? rest : `${rest}${name}=${value}\n`);
}

async function choose(world: World, vault: Vault, { name, act }: Step): Promise<void> {
	const { lines } = await mirrors.diff(vault, admin, main);
	const line = lines.find((each) => each.name === name);
	if (!line || !isDrift(line)) return;
	const take = act === "keep what is saved" ? "saved" : "file";
	const marks = { saved: line.saved?.fingerprint ?? null, file: line.file?.fingerprint ?? null };
	await mirrors.resolve(vault, admin, { ...main, choices: [{ name, take, ...marks }] });
	if (line[take] === null) world.kept.delete(name);
}

const ACTS: Record<Step["act"], (world: World, vault: Vault, step: Step) => unknown> = {
	save: async (world, vault, { name }) => {
		const writes = [{ name, value: `saved${world.count++}` }];
		await settings.save(vault, admin, { ...main, owner: "shared", writes });
		world.kept.add(name);
	},
	remove: async (world, vault, { name }) => {
		await vault.live.refresh();
		if (!vault.live.find("default")?.values.has(name)) return;
		world.kept.delete(name);
		await settings.remove(vault, admin, { ...main, owner: "shared", name });
	},
	edit: (world, _, { name }) => {
		const value = `typed${world.count++}`;
		type(world, name, value);
		world.typed.set(name, value);
	},
	revert: (world, _, { name }) => {
		type(world, name, "saved0");
		world.typed.delete(name);
	},
	delete: (world, _, { name }) => {
		if (!(name in parseEnv(editor(world.folder).read()))) return;
		type(world, name, null);
		world.typed.delete(name);
		world.kept.delete(name);
	},
	sync: (_, vault) => mirrors.sync(vault, admin, main),
	look: (_, vault) => vault.mirrors.syncBehind(),
	record: (_, vault) => vault.mirrors.record(),
	crash: async (world, vault, step) => {
		// What it knew of the file is not written down.
		vault.mirrors.record = async () => undefined;
		await vault[Symbol.asyncDispose]();
		world.vaults[step.process === 0 ? 0 : 1] = await open(world.folder);
	},
	"turn off": (_, vault) => mirrors.configure(vault, admin, { ...main, enabled: false }),
	"turn on": (_, vault) => mirrors.configure(vault, admin, { ...main, enabled: true }),
	readers: (world, vault) => {
		const readers = world.count++ % 2 === 0 ? (["sh"] as const) : null;
		return mirrors.configure(vault, admin, { ...main, readers: readers && [...readers] });
	},
	"keep what is saved": choose,
	"keep what the file says": choose,
};

/** The names whose typed value is neither in the file nor in the history, and those that are gone although nobody removed them. */
async function lost({ folder, vaults: [vault], typed, kept }: World): Promise<string[]> {
	await vault.live.refresh();
	const inFile = parseEnv(editor(folder).read());
	const gone = [...kept].filter((name) => !vault.live.find("default")?.values.has(name));
	for (const [name, value] of typed) {
		if (inFile[name] === value) continue;
		const marks = (await vault.storage.history("default", "shared", name)).map(({ fingerprint }) => fingerprint);
		if (!marks.includes(vault.fingerprint(name, value))) gone.push(name);
	}
	return gone;
}

test("FAULTS 7: whatever the order of saves, edits, looks, choices and crashes, nothing is lost", async () => {
	const property = fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 30 }), async (steps) => {
		using folder = testFolder();
		const vaults: World["vaults"] = [await open(folder.path), await open(folder.path)];
		const world: World = { folder: folder.path, vaults, typed: new Map(), kept: new Set(), count: 0 };
		try {
			for (const step of steps) {
				await ACTS[step.act](world, world.vaults[step.process === 0 ? 0 : 1], step);
				expect(await lost(world), step.act).toEqual([]);
			}
		} finally {
			for (const vault of world.vaults) await vault[Symbol.asyncDispose]();
		}
	});
	await fc.assert(property, { numRuns: RUNS });
}, 3_600_000);
