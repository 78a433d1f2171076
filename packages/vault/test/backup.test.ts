/**
 * Backups while another process saves as fast as it can, each of one moment and with all that was acknowledged before; and
 * kill -9 at each step of one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { beforeAll, expect, test } from "vitest";
import { withCopy } from "../src/backup-copy.ts";
import type { BackupStep } from "../src/backup-make.ts";
import { readBackup } from "../src/backup-read.ts";
import { backupPath } from "../src/backup-view.ts";
import { backups, openVault } from "../src/index.ts";
import { openSnapshot } from "../src/snapshot.ts";
import type { SqliteDatabase } from "../src/storage/connect.ts";
import { admin, optionsIn, testFolder } from "./harness.ts";

const BACKUPS = process.env.SLOW ? 40 : 6;
/** How many saves are acknowledged between one backup and the next, at least. */
const BETWEEN = 60;
const LONG = { timeout: 600_000 };
const STEPS: BackupStep[] = ["backup-copied", "backup-piece", "backup-written", "backup-renamed"];
const CHILD = fileURLToPath(new URL("../dist/backup-child.mjs", import.meta.url));

beforeAll(async () => {
	const input = fileURLToPath(new URL("backup-child.ts", import.meta.url));
	const output = { file: CHILD, format: "esm", codeSplitting: false } as const;
	await build({ input, platform: "node", external: ["better-sqlite3"], output });
});

/** A process that saves, and the last revision that it was told is saved. */
function saving(folder: string) {
	const child = spawn(process.execPath, [CHILD, "save", folder], { stdio: ["ignore", "pipe", "inherit"] });
	const seen = { revision: 0, saves: 0 };
	let rest = "";
	child.stdout.on("data", (chunk) => {
		const lines = `${rest}${chunk}`.split("\n");
		rest = lines.pop() ?? "";
		seen.saves += lines.length;
		seen.revision = Number(lines.at(-1) ?? seen.revision);
	});
	return {
		seen,
		async more(saves: number) {
			for (const until = seen.saves + saves; seen.saves < until; ) await once(child.stdout, "data");
		},
		[Symbol.asyncDispose]: () => killed(child),
	};
}

async function killed(child: ChildProcess): Promise<void> {
	const ended = once(child, "close");
	child.kill("SIGKILL");
	await ended;
}

/** The numbers of a database that have to agree when it is of one moment. */
function numbersOf(database: SqliteDatabase) {
	const one = (sql: string) => database.$client.prepare(sql).pluck().get() as number;
	const saves = "FROM audit WHERE action = 'settings.save'";
	return {
		revision: one("SELECT revision FROM instance"),
		first: one("SELECT max(version) FROM version WHERE name = 'FIRST'"),
		second: one("SELECT max(version) FROM version WHERE name = 'SECOND'"),
		versions: one("SELECT count(*) FROM version"),
		newest: one("SELECT max(revision) FROM version"),
		saves: one(`SELECT count(*) ${saves}`),
		recorded: one(`SELECT max(revision) ${saves}`),
		entries: one("SELECT count(*) FROM audit"),
		lastEntry: one('SELECT max("index") FROM audit'),
		snapshot: one("SELECT revision FROM environment WHERE id = 'default'"),
	};
}

test(`${BACKUPS} backups under load are each of one moment, with all that was acknowledged before`, LONG, async () => {
	using folder = testFolder();
	await using vault = await openVault(optionsIn(folder.path, { serves: false }));
	const root = vault.keys.roots.current;
	const { id: instance } = vault.storage.instance;
	let meanwhile = 0;
	await using child = saving(folder.path);
	for (let i = 0; i < BACKUPS; i++) {
		await child.more(BETWEEN);
		const before = { ...child.seen };
		const made = await backups.create(vault, admin);
		meanwhile += child.seen.saves - before.saves;
		expect(made.revision).toBeGreaterThanOrEqual(before.revision);
		const copy = join(folder.path, `copy-${i}`);
		mkdirSync(copy);
		await withCopy({ file: backupPath(vault, made), root, folder: copy }, async (restored) => {
			const { revision, first, ...numbers } = numbersOf(restored.database);
			expect(revision).toBe(made.revision);
			expect(numbers).toEqual({
				second: first,
				versions: 2 * first,
				newest: revision,
				saves: 2 * first,
				recorded: revision,
				entries: numbers.lastEntry,
				lastEntry: numbers.lastEntry,
				snapshot: revision,
			});
			expect(restored).toMatchObject({ values: 2 * first, damaged: [] });
			expect(restored.manifest).toMatchObject({ revision, settings: 2, versions: 2 * first });
			const [environment] = await restored.storage.environments();
			const key = environment && (await restored.keys.of(environment.snapshot));
			const place = { instance, environment: "default", edition: environment?.edition ?? 0 };
			const values = key && openSnapshot(key, place, environment.snapshot);
			expect(values?.get("FIRST")).toEqual({ value: `FIRST ${first - 1}`, version: first, secret: true });
		});
	}
	expect(meanwhile, "saves were acknowledged while backups were made").toBeGreaterThan(0);
});

test.each(STEPS)("killed at %s, what has a backup's name is whole, and the next leaves nothing else", async (step) => {
	using folder = testFolder();
	const options = optionsIn(folder.path, { serves: false });
	await (await openVault(options))[Symbol.asyncDispose]();
	for (let kills = 0; kills < (process.env.SLOW ? 20 : 2); kills++) {
		const child = spawn(process.execPath, [CHILD, step, folder.path], { stdio: "inherit" });
		const [, signal] = await once(child, "close");
		expect(signal).toBe("SIGKILL");
		expect(existsSync(join(options.dataDir, "backup.work"))).toBe(true);
		await using vault = await openVault(options);
		const made = await backups.create(vault, admin);
		const files = readdirSync(options.backupDir);
		expect(files).toContain(made.file);
		for (const file of files) {
			expect(file).toMatch(/^holdfast-\d{8}-\d{6}-r\d+(-\d+)?\.backup$/);
			await readBackup(join(options.backupDir, file), vault.keys.roots.current);
		}
		expect(readdirSync(options.dataDir)).not.toContain("backup.work");
	}
});
