/** The checks about backups: whether there is a recent one, and whether any is proven to restore. */
import type { BackupView, Finding } from "@holdfast/contract/schemas";
import { fingerprintOf } from "@holdfast/crypto";
import { backupViews, retiredKeys } from "./backup-view.ts";
import { policyOf } from "./policy.ts";
import type { Vault } from "./vault.ts";

const HOUR = 60 * 60 * 1000;
/** After how many intervals without a backup the schedule counts as failing, and after how many hours where there is none. */
const MISSED = 2;
const UNSCHEDULED = 30 * 24;

/** The newest backup, and the one whose drill was the last to find it whole. */
export function lastOf(views: readonly BackupView[]): Record<"lastBackup" | "lastProven", BackupView | null> {
	const proven = views.filter(({ drill }) => drill !== null && drill.problem === null && drill.damaged === 0);
	const lastProven = proven.sort((a, b) => (b.drill?.at ?? 0) - (a.drill?.at ?? 0))[0] ?? null;
	return { lastBackup: views[0] ?? null, lastProven };
}

export async function recentBackup(vault: Vault): Promise<Finding> {
	const [last] = await backupViews(vault);
	const { backupHours } = policyOf(await vault.storage.state());
	const about = { id: "backups.recent", title: "Backups" };
	if (!last) {
		const soon = backupHours !== null && vault.options.schedule ? " The server makes the first one soon." : "";
		return { ...about, level: "warning", detail: `There is none yet.${soon}`, fix: "Run `holdfast backup`." };
	}
	const detail = `The newest, ${last.file} in ${vault.options.backupDir}, is of ${minute(last.at)} UTC.`;
	const age = Date.now() - last.at;
	if (age < (backupHours === null ? UNSCHEDULED : MISSED * backupHours) * HOUR) {
		if (!last.present)
			return { ...about, level: "warning", detail: `${detail} Its file is gone.`, fix: "Run `holdfast backup`." };
		const retired = [...(await retiredKeys(vault))].map(fingerprintOf);
		if (!retired.includes(last.fingerprint)) return { ...about, level: "ok", detail, fix: null };
		return {
			...about,
			level: "warning",
			detail: `${detail} Root key ${last.fingerprint} was replaced since, and the recovery kit of today does not open it.`,
			fix: `Run \`holdfast backup\`, and keep the kit of ${last.fingerprint} for the backups before.`,
		};
	}
	const fix = "Run `holdfast backup`, and look in the server's log for why it made none.";
	return { ...about, level: "warning", detail, fix };
}

export async function provenBackup(vault: Vault): Promise<Finding> {
	const views = await backupViews(vault);
	const { lastProven } = lastOf(views);
	const about = { id: "backups.proven", title: "Last proven restore" };
	const failed = views.find(({ drill }) => drill !== null)?.drill;
	if (failed && (failed.problem !== null || failed.damaged > 0)) {
		const detail = failed.problem ?? `${failed.damaged} of the values in the newest that was tried do not open.`;
		return { ...about, level: "problem", detail, fix: "Run `holdfast doctor`, then `holdfast backup` and a drill." };
	}
	const fix = "Run `holdfast backup drill --kit` and type the recovery kit.";
	if (!lastProven?.drill) return { ...about, level: "warning", detail: "None of the backups was tried yet.", fix };
	const { at, values, withKit } = lastProven.drill;
	const how = withKit ? "with the recovery kit" : "with the server's own key";
	const detail = `${lastProven.file}, on ${minute(at)} UTC, ${how}: all ${values} values opened.`;
	return { ...about, level: "ok", detail, fix: null };
}

function minute(at: number): string {
	return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
