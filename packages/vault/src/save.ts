/**
 * Saving and removing settings. Guards the promise of the product: when `save` answers, the value is durable, live, and
 * recorded; and nothing that was there before is lost, not even a hand-written line that the save replaces in `.env`.
 */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, forbiddenBecause, NAME_PATTERN, valueProblem } from "@holdfast/contract";
import type { Owner, RemoveSetting, SaveResult, SaveSettings, SettingView } from "@holdfast/contract/schemas";
import { type SealedDataKey, type SealingKey, seal } from "@holdfast/crypto";
import { type Act, authorize, type Caller, deny, entry } from "./access.ts";
import { keyOwner, type LiveEnvironment, valueContext } from "./live.ts";
import { fileFormat } from "./mirror-format.ts";
import { mirrorOptions } from "./mirror-options.ts";
import { type SnapshotValue, sealSnapshot } from "./snapshot.ts";
import { gather, secretByCatalogue, toView } from "./sources.ts";
import type { Change, VersionWrite } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";
import { countWorkers } from "./worker.ts";

/** How often a save begins again because another process committed first, when the caller did not say which version it saw. */
const TRIES = 200;

/** One setting to be written: a value, or `null` to remove it. */
export interface Intent {
	name: string;
	value: string | null;
	secret?: boolean | undefined;
	expectedVersion?: number | undefined;
	/** The hand-written value that this one takes the place of; it goes into the history first. */
	instead?: string | undefined;
	/** The version that the value is brought back from. It is then no less secret than what it replaces. */
	restoredFrom?: number;
}

/** A change of settings, as the audit log will call it. */
export interface Request {
	action: "settings.save" | "settings.remove" | "settings.restore" | "mirrors.resolve";
	environment: string;
	/** The environment's id, where the intents come from what it has: another that has its name by now is not meant. */
	id?: string;
	owner: Owner;
	intents: readonly Intent[];
	message: string | null;
}

/**
 * Save settings and record who did it.
 *
 * Values are sealed before the transaction opens, so no plaintext waits on a lock. Rows, snapshot and audit entries commit
 * together or not at all. The `.env` file follows; when it cannot be written, the save stands and the answer says so.
 *
 * @throws AppError `NAME_INVALID`, `NAME_FORBIDDEN`, `DUPLICATE_NAME` or `VALUE_…` before anything is written;
 * `VERSION_CONFLICT` if someone saved one of these first.
 */
export async function save(vault: Vault, caller: Caller, input: SaveSettings): Promise<SaveResult> {
	const { environment, owner, writes, message = null } = input;
	return change(vault, caller, { action: "settings.save", environment, owner, intents: writes, message });
}

/**
 * Remove a setting. Its versions stay, sealed and restorable.
 *
 * @throws AppError `SETTING_NOT_FOUND` when it is not saved there, `VERSION_CONFLICT` if someone saved it first.
 */
export async function remove(vault: Vault, caller: Caller, input: RemoveSetting): Promise<SaveResult> {
	const { environment, owner, name, expectedVersion, message = null } = input;
	const intents = [{ name, value: null, expectedVersion }];
	return change(vault, caller, { action: "settings.remove", environment, owner, intents, message });
}

/**
 * Write settings and remove settings in one commit, and answer what came of it.
 *
 * @throws AppError as `save` and `remove` do.
 */
export async function change(vault: Vault, caller: Caller, request: Request): Promise<SaveResult> {
	const { action, environment, intents } = request;
	const target = intents
		.map(({ name }) => name)
		.join(", ")
		.slice(0, 500);
	const act = { action, target, environment };
	const owner = await admit(vault, caller, { ...act, owner: request.owner });
	refuseBadInput(intents);
	for (let attempt = 1; ; attempt++) {
		const plan = await planChange(vault, caller, { ...request, ownerId: owner });
		vault.options.onStep?.("before-commit");
		const committed = await vault.storage.commit(plan.change);
		if (committed.done) {
			vault.options.onStep?.("after-commit");
			if (plan.next) vault.live.committed({ ...plan.next, revision: committed.revision }, committed.revision - 1);
			const done = { request, id: plan.live.id, writes: plan.change.writes ?? [], revision: committed.revision };
			return answer(vault, caller, done);
		}
		if (attempt === TRIES) throw new AppError("DATABASE_BUSY");
		vault.keys.renew();
		await sleep(Math.random() * Math.min(attempt, 20));
	}
}

/**
 * Let the caller go on with settings of an owner, and say what those are stored under.
 *
 * @throws AppError as `authorize` does; `NOT_ALLOWED` for personal settings of who is no person.
 */
export async function admit(vault: Vault, caller: Caller, { owner, ...act }: Act & { owner: Owner }): Promise<string> {
	await authorize(vault, caller, act);
	if (owner === "shared") return "shared";
	const detail = "a signed-in person, to have personal settings";
	return caller.userId ?? deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail }));
}

function refuseBadInput(intents: readonly Intent[]): void {
	const seen = new Set<string>();
	for (const { name, value } of intents) {
		const because = NAME_PATTERN.test(name.toUpperCase()) ? forbiddenBecause(name) : null;
		if (because !== null) throw new AppError("NAME_FORBIDDEN", { name, detail: because });
		if (!NAME_PATTERN.test(name)) throw new AppError("NAME_INVALID", { name: JSON.stringify(name.slice(0, 128)) });
		if (seen.has(name)) throw new AppError("DUPLICATE_NAME", { name });
		seen.add(name);
		const problem = value === null ? null : valueProblem(value);
		if (problem !== null) throw new AppError(problem, { name });
	}
}

interface Plan {
	/** The environment as it was. */
	live: LiveEnvironment;
	change: Change;
	/** The environment as it will be, for shared settings. */
	next: LiveEnvironment | null;
}

async function planChange(vault: Vault, caller: Caller, request: Request & { ownerId: string }): Promise<Plan> {
	const live = await vault.live.require(request.environment);
	if (live.id !== (request.id ?? live.id)) throw new AppError("ENVIRONMENT_NOT_FOUND", { name: request.environment });
	const { ownerId: owner } = request;
	const { key, planned } = await vault.keys.findOrPlan(keyOwner({ environment: live.id, owner }));
	// Their session ended with them.
	if (planned && owner !== "shared" && (await vault.storage.isGone(owner))) throw new AppError("SIGNED_OUT");

	const author = { key, owner, by: caller.label, message: request.message };
	const { file } = mirrorOptions(live);
	let lines: ReadonlyMap<string, string> | undefined;
	const writes: VersionWrite[] = [];
	const audit: Change["audit"][number][] = [];
	const values = new Map(live.values);
	for (const intent of request.intents) {
		const before = await currentOf(vault, live, { owner, name: intent.name });
		refuseStale(intent, before);
		if (before === null && owner === "shared") lines ??= await handWritten(vault, live);
		const line = intent.instead ?? lines?.get(intent.name);
		const versions = sealVersions(vault, author, { intent, before, line, file, environment: live.id });
		writes.push(...versions);
		const last = versions.at(-1);
		if (!last) continue;
		if (intent.value === null) values.delete(intent.name);
		else values.set(intent.name, { value: intent.value, secret: last.secret, version: last.version });
		audit.push(auditOf(caller, request, last));
	}
	const change = { writes, audit, ...withKey(planned) };
	return owner === "shared" ? withSnapshot(vault, key, { live, values, change }) : { live, change, next: null };
}

/** The version that a change is planned on; the commit compares it. */
interface Current {
	version: number;
	secret: boolean;
	/** Not a removal. */
	present: boolean;
}

/** From memory where that has it, which is nearly always. */
async function currentOf(
	vault: Vault,
	live: LiveEnvironment,
	{ owner, name }: { owner: string; name: string },
): Promise<Current | null> {
	const known = owner === "shared" ? live.values.get(name) : undefined;
	if (known) return { version: known.version, secret: known.secret, present: true };
	const row = await vault.storage.setting(live.id, owner, name);
	return row && { version: row.version, secret: row.secret, present: row.sealed !== null };
}

interface Author {
	key: SealingKey;
	owner: string;
	by: string;
	message: string | null;
}

interface Subject {
	intent: Intent;
	before: Current | null;
	/** The hand-written value that is about to be replaced in the `.env` file, if there is one. */
	line: string | undefined;
	file: string;
	environment: string;
}

/**
 * The versions one intent makes: the intended one, and before it, for a setting never saved, the value that its line in the
 * `.env` file has, because the mirror is about to replace that line.
 */
function sealVersions(vault: Vault, author: Author, subject: Subject): VersionWrite[] {
	const { intent, before, line, file, environment } = subject;
	const { restoredFrom = null } = intent;
	const wasSecret = before?.secret ?? secretByCatalogue(intent.name);
	const secret = restoredFrom === null ? (intent.secret ?? wasSecret) : intent.secret === true || wasSecret;
	// Nobody said that the line is plain: only the catalogue knows.
	const found = { secret: secretByCatalogue(intent.name), message: `As found in ${file}`, restoredFrom: null };
	const replacesLine = line !== undefined && line !== intent.value && valueProblem(line) === null;
	const steps = [
		...(replacesLine ? [{ ...found, value: line }] : []),
		{ value: intent.value, secret, message: author.message, restoredFrom },
	];
	return steps.map(({ value, ...rest }, i) => {
		const version = (before?.version ?? 0) + 1 + i;
		const place = { environment, owner: author.owner, name: intent.name, version };
		const context = valueContext(vault.storage.instance.id, place);
		return {
			...place,
			...rest,
			sealed: value === null ? null : seal(author.key, context, Buffer.from(value, "utf8")),
			fingerprint: value === null ? null : vault.fingerprint(intent.name, value),
			at: Date.now(),
			by: author.by,
		};
	});
}

function refuseStale(intent: Intent, before: Current | null): void {
	const present = before?.present ? before.version : 0;
	if (intent.value === null && present === 0 && intent.instead === undefined)
		throw new AppError("SETTING_NOT_FOUND", { name: intent.name });
	if (intent.expectedVersion !== undefined && intent.expectedVersion !== present) {
		throw new AppError("VERSION_CONFLICT", { name: intent.name });
	}
}

interface SharedChange {
	live: LiveEnvironment;
	values: Map<string, SnapshotValue>;
	change: Change;
}

function withSnapshot(vault: Vault, key: SealingKey, { live, values, change }: SharedChange): Plan {
	const edition = live.edition + 1;
	const place = { instance: vault.storage.instance.id, environment: live.id, edition };
	const damaged = new Set(live.damaged);
	for (const { name } of change.writes ?? []) damaged.delete(name);
	return {
		live,
		change: { ...change, snapshot: { environment: live.id, edition, sealed: sealSnapshot(key, place, values) } },
		next: { ...live, edition, values, damaged, torn: false },
	};
}

function withKey(planned: SealedDataKey | null): Pick<Change, "keys"> {
	return planned ? { keys: [planned] } : {};
}

function auditOf(caller: Caller, request: Request, written: VersionWrite): Change["audit"][number] {
	const { version, fingerprint, restoredFrom } = written;
	const { owner, message } = request;
	// What is comparable with others' values, or tells of one's own, is nobody's but the owner's.
	const known = owner === "shared" && { fingerprint, ...(message !== null && { message }) };
	// A file that was edited brings both at once.
	const isRemoval = request.action === "settings.save" && written.sealed === null;
	return entry(caller, {
		action: isRemoval ? "settings.remove" : request.action,
		target: written.name,
		environment: request.environment,
		outcome: "done",
		details: { owner, version, ...known, ...(restoredFrom !== null && { restoredFrom }) },
	});
}

async function handWritten(vault: Vault, environment: LiveEnvironment): Promise<ReadonlyMap<string, string>> {
	const options = mirrorOptions(environment);
	if (!options.enabled) return new Map();
	const { projectDir: root } = vault.options;
	return (await fileFormat(options.format)).read({ path: join(root, options.file), root, options }).entries;
}

interface Done {
	request: Request;
	/** The environment's id. */
	id: string;
	writes: readonly VersionWrite[];
	revision: number;
}

/** What the save came to. It is committed by now: whatever fails here makes the answer poorer, and never a refusal. */
async function answer(vault: Vault, caller: Caller, { request, id, writes, revision }: Done): Promise<SaveResult> {
	const { environment, owner, intents } = request;
	const mirrors = owner === "shared" ? [await vault.mirrors.sync(id)] : [];
	try {
		const places = await gather(vault, caller, environment);
		const settings: SettingView[] = [];
		for (const { name } of intents) {
			const written = writes.findLast((row) => row.name === name);
			const row = owner === "shared" ? written : await vault.storage.setting(id, "shared", name);
			settings.push(toView(places, name, row ?? undefined));
		}
		return { revision, settings, mirrors, workers: await countWorkers(vault, revision) };
	} catch (error) {
		vault.options.warn(`Saved as revision ${revision}, but it could not be read back: ${(error as Error).message}`);
		return { revision, settings: [], mirrors, workers: { live: 0, converged: 0 } };
	}
}
