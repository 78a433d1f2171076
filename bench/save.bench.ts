/**
 * What a durable save costs above the bare limit. The save is the vault's own, with versions, snapshot, audit entry and
 * `.env`; the limit is what no durable save of a database and a file can do without: one WAL commit of a small row at
 * synchronous=FULL, and one atomic replacement of a file with the same bytes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openVault, settings, type Vault } from "@holdfast/vault";
import { admin, optionsIn } from "@holdfast/vault/test";
import { bareCommit, bareReplace, heading, line, medians, ratio } from "./measure.ts";

const SETTINGS = 20;
const TURNS = 300;
const MOST = 1.5;
/** Saves whose fsyncs are counted: few enough that SQLite does not checkpoint its WAL among them. */
const COUNTED = 20;

const sampleOf = (i: number) => `sk-${i}-`.padEnd(48, "abcdefgh");

async function save(vault: Vault, values: Record<string, string>): Promise<void> {
	const writes = Object.entries(values).map(([name, value]) => ({ name, value }));
	const { mirrors } = await settings.save(vault, admin, { environment: "default", owner: "shared", writes });
	if (mirrors[0]?.status !== "mirrored") throw new Error("the save was not mirrored");
}

async function filledVault(folder: string, more: Parameters<typeof optionsIn>[1] = {}): Promise<Vault> {
	const vault = await openVault(optionsIn(folder, more));
	await save(vault, Object.fromEntries(Array.from({ length: SETTINGS }, (_, i) => [`KEY_${i}`, sampleOf(i)])));
	return vault;
}

async function compare(folder: string): Promise<void> {
	// Each in a folder of its own, as they would be: a change of the vault's folder by others makes it look for leftovers.
	const [own, bare] = [join(folder, "vault"), join(folder, "bare")];
	mkdirSync(bare);
	await using vault = await filledVault(own);
	const commit = bareCommit(bare);
	const replace = bareReplace(bare, readFileSync(join(own, ".env")));
	let turn = 0;
	const { saved, committed, replaced } = await medians(
		{
			saved: () => save(vault, { [`KEY_${turn % SETTINGS}`]: sampleOf(++turn + 1000) }),
			committed: commit,
			replaced: replace,
		},
		{ turns: TURNS, warmUp: 50 },
	);
	line("a durable save", saved);
	line("a bare commit", committed);
	line("a bare replacement of the file", replaced);
	ratio("save / (commit + replacement)", saved / (committed + replaced), MOST);
}

/** `save.bench.ts saves <folder> <n>`: what the count of fsyncs watches. */
async function savesOnly(folder: string, count: number): Promise<void> {
	// Not as a server, which writes down now and then, off any save's path, what it holds.
	await using vault = await filledVault(folder, { serves: false });
	for (let i = 0; i < count; i++) await save(vault, { [`KEY_${i % SETTINGS}`]: sampleOf(i + 1000) });
}

function fsyncsOf(count: number): number {
	const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
	try {
		const log = join(folder, "strace");
		const program = [process.execPath, fileURLToPath(import.meta.url), "saves", folder, String(count)];
		execFileSync("strace", ["-f", "-e", "trace=fsync,fdatasync", "-o", log, ...program]);
		return readFileSync(log, "utf8").match(/ (fsync|fdatasync)\(/g)?.length ?? 0;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function countFsyncs(): void {
	if (spawnSync("strace", ["-V"]).error) {
		console.log("  strace is not here: fsyncs not counted");
		return;
	}
	const each = (fsyncsOf(COUNTED + 1) - fsyncsOf(1)) / COUNTED;
	console.log(
		`  ${"fsyncs of one save".padEnd(52)}${each.toFixed(2).padStart(9)}     exactly 3: ${each === 3 ? "met" : "NOT MET"}`,
	);
}

const [, , mode, given = "", count] = process.argv;
if (mode === "saves") {
	await savesOnly(given, Number(count));
} else {
	heading(`A durable save, ${SETTINGS} settings present`);
	const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
	try {
		await compare(folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	countFsyncs();
}
