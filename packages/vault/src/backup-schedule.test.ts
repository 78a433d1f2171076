import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { admin, optionsIn, testFolder, testVault } from "../test/harness.ts";
import { expired } from "./backup-make.ts";
import { BackupSchedule, backUpIfDue, isDue } from "./backup-schedule.ts";
import { backupPath } from "./backup-view.ts";
import { backups, keys, openVault, system } from "./index.ts";
import type { BackupRow } from "./storage/storage.ts";

const HOUR = 60 * 60 * 1000;
const policy = { historyVersions: null, historyDays: null, backupHours: 24, backupsKept: 2 };

describe("a backup is due", () => {
	test.each([
		["when there is none", [], 0, true],
		["not before the hours have passed", [{ at: 0 }], 24 * HOUR - 1, false],
		["when they have passed", [{ at: 0 }], 24 * HOUR, true],
		["by the newest alone", [{ at: 23 * HOUR }, { at: 0 }], 30 * HOUR, false],
		["not for a clock that was set back a little", [{ at: 2 * HOUR }], HOUR, false],
		["for a clock that was set back a long way", [{ at: 100 * HOUR }], HOUR, true],
		["but not again and again", [{ at: 100 * HOUR }, { at: HOUR }], 2 * HOUR, false],
	])("%s", (_, rows, now, due) => {
		expect(isDue(rows, policy, now)).toBe(due);
		expect(isDue(rows, { ...policy, backupHours: null }, now), "never, where that was chosen").toBe(false);
	});
});

describe("of the scheduled backups those past the number kept go", () => {
	const ok = { at: 0, values: 1, damaged: 0, withKit: false, problem: null };
	const row = (id: string, by = "schedule", drill: BackupRow["drill"] = null): BackupRow => {
		return { id, file: id, at: 0, revision: 0, size: 0, rootKeyId: "", by, drill };
	};
	const gone = (rows: BackupRow[]) => expired(rows, 2).map(({ id }) => id);

	test("and none that a person made", () => {
		expect(gone([row("d"), row("c", "ann"), row("b"), row("a", "ann"), row("0"), row("1")])).toEqual(["0", "1"]);
	});
	test("but for the last that was proven", () => {
		const failed = { ...ok, problem: "no" };
		const rows = [row("d"), row("c", "schedule", failed), row("b", "schedule", { ...ok, damaged: 1 })];
		expect(gone([...rows, row("a", "schedule", ok), row("0", "schedule", ok)])).toEqual(["b", "0"]);
	});
});

test("a scheduled backup is made when it is due, proven at once, and takes the place of an old one", async () => {
	await using v = await testVault();
	await v.save({ A: "one" });
	await v.vault.storage.commit({ policy: { backupsKept: 1 }, audit: [] });
	await backups.create(v.vault, admin);
	const later = () => Date.now() + 25 * HOUR;
	expect(await backUpIfDue(v.vault, Date.now())).toBeNull();
	const made = [];
	for (let i = 0; i < 3; i++) {
		await v.save({ A: `${i}` });
		made.push(await backUpIfDue(v.vault, later()));
	}
	for (const row of made) expect(row?.drill).toMatchObject({ problem: null, damaged: 0, withKit: false });
	expect(made.map((row) => row && existsSync(backupPath(v.vault, row)))).toEqual([false, true, true]);
	const { backups: listed } = await backups.list(v.vault, admin);
	expect(listed.map(({ by, present }) => [by, present])).toEqual([
		["schedule", true],
		["schedule", true],
		["tester on here", true],
	]);
	const entries = (await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 20)).filter(
		({ actor }) => actor === "holdfast",
	);
	expect(entries.map(({ action, outcome, details }) => [action, outcome, details.removed])).toEqual([
		["backups.drill", "done", undefined],
		["backups.create", "done", made[0]?.file],
		["backups.drill", "done", undefined],
		["backups.create", "done", undefined],
		["backups.drill", "done", undefined],
		["backups.create", "done", undefined],
	]);
});

test("one is due when the root key of those there are is retired, and until it is made the checks say so", async () => {
	await using v = await testVault({ serves: false });
	const now = Date.now();
	const check = async () => (await system.status(v.vault, admin)).findings.find(({ id }) => id === "backups.recent");
	const before = await backUpIfDue(v.vault, now);
	const { stage, from, to } = await keys.rotate(v.vault, admin, { what: "root" });
	expect(stage).toBe("done");
	expect(await check()).toMatchObject({
		level: "warning",
		detail: expect.stringContaining(`${before?.file} in ${v.vault.options.backupDir}, is of`),
		fix: `Run \`holdfast backup\`, and keep the kit of ${from} for the backups before.`,
	});
	const made = await backUpIfDue(v.vault, now);
	expect(made).toMatchObject({ by: "schedule", drill: { problem: null } });
	expect((await backups.list(v.vault, admin)).backups.map(({ fingerprint }) => fingerprint)).toEqual([to, from]);
	expect(await check()).toMatchObject({ level: "ok", fix: null });
	expect(await backUpIfDue(v.vault, now), "and not again").toBeNull();
});

test("of several servers on one data folder one makes it", async () => {
	using folder = testFolder();
	await using one = await openVault(optionsIn(folder.path));
	await using two = await openVault(optionsIn(folder.path));
	const now = Date.now();
	const made = await Promise.all([one, two, one, two].map((vault) => backUpIfDue(vault, now)));
	expect(made.filter((row) => row !== null)).toHaveLength(1);
	expect(readdirSync(one.options.backupDir)).toHaveLength(1);
});

test("one that fails is told, and is tried again after an hour", async () => {
	const warnings: string[] = [];
	await using v = await testVault({ warn: (message) => warnings.push(message) });
	writeFileSync(v.vault.options.backupDir, "");
	const schedule = new BackupSchedule();
	const now = Date.now();
	for (const at of [now, now + 60_000, now + HOUR - 1]) await schedule.look(v.vault, at);
	expect(warnings).toEqual([expect.stringMatching(/^The scheduled backup could not be made: .* E(EXIST|NOTDIR): /)]);
	rmSync(v.vault.options.backupDir);
	await schedule.look(v.vault, now + HOUR);
	await schedule.look(v.vault, now + HOUR);
	expect((await backups.list(v.vault, admin)).backups).toMatchObject([{ by: "schedule", drill: { problem: null } }]);
	expect(warnings).toHaveLength(1);
});

test("a vault that is closed right after its start makes none", async () => {
	await using v = await testVault({ schedule: true });
	expect((await backups.list(v.vault, admin)).backups).toEqual([]);
});
