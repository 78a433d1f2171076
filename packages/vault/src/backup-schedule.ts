/**
 * The scheduled backups of a process that serves: one whenever the newest is older than was chosen, or was made under a root
 * key that is retired, each drilled at once. Of several servers on one data folder, one makes it.
 */
import { AppError } from "@holdfast/contract";
import type { Policy } from "@holdfast/contract/schemas";
import { SYSTEM } from "./access.ts";
import { drillBackup } from "./backup-drill.ts";
import { makeBackup, SCHEDULE } from "./backup-make.ts";
import { retiredKeys } from "./backup-view.ts";
import { inWorkFolder } from "./backup-work.ts";
import { policyOf } from "./policy.ts";
import type { BackupRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** All in milliseconds. The first look leaves the start alone; after a failure nothing is tried for a while. */
const FIRST_LOOK = 2 * 60_000;
const LOOK_EVERY = 60_000;
const PAUSE = 60 * 60 * 1000;
const HOUR = 60 * 60 * 1000;

/**
 * Whether a backup is to be made, given those there are. A clock that was set back makes it due once; one made while the
 * clock was ahead does not make it due ever after.
 */
export function isDue(
	rows: readonly Pick<BackupRow, "at">[],
	{ backupHours }: Pick<Policy, "backupHours">,
	now: number,
): boolean {
	return backupHours !== null && rows.every(({ at }) => Math.abs(now - at) >= backupHours * HOUR);
}

/** Those of a retired root key do not count: who has lost the disk, and has today's kit, is helped by none of them. */
async function dueIn(vault: Vault, now: number): Promise<boolean> {
	const { storage } = vault;
	const [rows, retired] = [await storage.backups(), await retiredKeys(vault)];
	const opened = rows.filter(({ rootKeyId }) => !retired.has(rootKeyId));
	return isDue(opened, policyOf(await storage.state()), now);
}

/**
 * Make the scheduled backup if it is due, and drill it. The backup with what the drill found; `null` when none was due.
 *
 * @throws AppError `BACKUP_FAILED`; `DATABASE_BUSY`
 */
export function backUpIfDue(vault: Vault, now: number): Promise<BackupRow | null> {
	return inWorkFolder(vault.options.dataDir, async (work) => {
		// Asked again in here: another server may have made it while this one waited.
		if (!(await dueIn(vault, now))) return null;
		const { id } = await makeBackup(vault, { actor: SYSTEM, by: SCHEDULE, work });
		return await drillBackup(vault, { id, actor: SYSTEM, work });
	});
}

export class BackupSchedule {
	#timer: NodeJS.Timeout | undefined;
	#turn: Promise<void> = Promise.resolve();
	#notBefore = 0;

	start(vault: Vault): void {
		this.#wait(vault, FIRST_LOOK);
	}

	async stop(): Promise<void> {
		clearTimeout(this.#timer);
		await this.#turn;
		// The one that the turn has set.
		clearTimeout(this.#timer);
	}

	/** Make the backup if one is due. What goes wrong goes to the log, and is not tried again for a while. */
	async look(vault: Vault, now: number): Promise<void> {
		const { options } = vault;
		if (now < this.#notBefore) return;
		try {
			if (!(await dueIn(vault, now))) return;
			const made = await backUpIfDue(vault, now);
			if (made?.drill && (made.drill.problem !== null || made.drill.damaged > 0))
				options.warn(`The backup ${made.file} does not restore whole: ${made.drill.problem ?? "values do not open"}`);
		} catch (error) {
			// Another process has the folder: it is looked at again.
			if (error instanceof AppError && error.code === "DATABASE_BUSY") return;
			const { message } = error instanceof AppError ? error : new AppError("INTERNAL", {}, { cause: error });
			options.warn(`The scheduled backup could not be made: ${message}`);
			this.#notBefore = now + PAUSE;
		}
	}

	#wait(vault: Vault, milliseconds: number): void {
		this.#timer = setTimeout(() => {
			this.#turn = this.look(vault, Date.now()).then(() => this.#wait(vault, LOOK_EVERY));
		}, milliseconds);
		this.#timer.unref();
	}
}
