/** Reading the audit log. Entries are written by what they record, in its own transaction. */
import type { AuditPage, ListAudit, TestResult } from "@holdfast/contract/schemas";
import { type Actor, authorize, type Caller, entry, namesFor } from "./access.ts";
import type { AuditRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** One page of entries, newest first; for a caller limited to environments, of what was done in those. */
export async function list(vault: Vault, caller: Caller, { before, limit }: ListAudit): Promise<AuditPage> {
	await authorize(vault, caller, { action: "audit.list", target: null, environment: null });
	const own = namesFor(vault, caller, "audit.see");
	const rows = await vault.storage.audit(before ?? Number.MAX_SAFE_INTEGER, limit + 1, own);
	const entries = rows.slice(0, limit).map(withoutPersonal);
	return { entries, next: rows.length > limit ? (entries.at(-1)?.index ?? null) : null };
}

/** That someone saved something of their own may be known; not what it could be compared with, which older entries have. */
function withoutPersonal(row: AuditRow): AuditRow {
	if (row.details.owner !== "personal") return row;
	const { fingerprint: _, message: __, ...details } = row.details;
	return { ...row, details };
}

/** Something done with settings but not to them: a test of a key, a chat, a provider asked for its models. */
export interface Use {
	action: "providers.test" | "providers.models" | "chat.send";
	target: string;
	environment: string;
	outcome: "done" | "failed";
	details: Record<string, string | number | boolean | null>;
}

/** Record a use. When the entry cannot be written, the use fails. */
export async function record(vault: Vault, caller: Caller, use: Use): Promise<void> {
	await vault.storage.commit({ audit: [entry(caller, use)] });
}

/** Record what someone did with an account: claimed the instance, signed in, signed out, or failed to. */
export async function recordAccess(
	vault: Vault,
	who: Actor,
	act: { action: string; outcome: "done" | "denied"; target: string | null },
): Promise<void> {
	const sessionEnded = act.action === "session.signOut";
	await vault.storage.commit({ sessionEnded, audit: [entry(who, { ...act, environment: null })] });
}

/** The last test of a provider in an environment, if it was of the values with that mark. */
export async function lastTest(
	vault: Vault,
	{ provider, environment, mark }: { provider: string; environment: string; mark: string },
): Promise<TestResult | null> {
	const row = await vault.storage.lastTest(provider, environment);
	if (!row || row.details.mark !== mark) return null;
	const { outcome, sentence, latency } = row.details as Pick<TestResult, "outcome" | "sentence" | "latency">;
	return { outcome, sentence, latency, at: row.at };
}
