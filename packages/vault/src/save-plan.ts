/**
 * What saves write, before any of it is written. Values are sealed here, so that no plaintext waits on a lock. Saves that
 * wait together are planned one after the other, each on what the ones before it leave, and refused each on its own.
 */
import { join } from "node:path";
import { AppError, valueProblem } from "@holdfast/contract";
import type { Owner } from "@holdfast/contract/schemas";
import { type SealingKey, seal } from "@holdfast/crypto";
import { type Caller, entry } from "./access.ts";
import { keyOwner, type LiveEnvironment, valueContext } from "./live.ts";
import { fileFormat } from "./mirror-format.ts";
import { mirrorOptions } from "./mirror-options.ts";
import { type SnapshotValue, sealSnapshot } from "./snapshot.ts";
import { secretByCatalogue } from "./sources.ts";
import type { Change, VersionWrite } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

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

/** A save that was let in and waits to be planned. */
export interface Job {
	caller: Caller;
	request: Request;
	/** What its settings are stored under: `shared`, or the id of a user. */
	owner: string;
}

/** A plan of several jobs of one environment and owner. Refused ones are left out of the commit. */
export interface Plan {
	/** The environment as it was. */
	live: LiveEnvironment;
	/** One for each job that is not refused, in their order; the last one has the snapshot. */
	changes: Change[];
	/** The environment as it will be, for shared settings. */
	next: LiveEnvironment | null;
	/** For each job its change, or why it is refused. */
	outcomes: Array<Change | AppError>;
}

/**
 * Plan jobs of one environment and owner on what is stored now.
 *
 * @throws AppError where none of them can be planned: `ENVIRONMENT_NOT_FOUND`, `SIGNED_OUT`, `VALUE_DAMAGED` of the key.
 */
export async function planJobs(vault: Vault, jobs: readonly Job[]): Promise<Plan> {
	const [{ owner, request }] = jobs as [Job];
	const live = await vault.live.require(request.environment);
	const { key, planned } = await vault.keys.findOrPlan(keyOwner({ environment: live.id, owner }));
	// Their session ended with them.
	if (planned && owner !== "shared" && (await vault.storage.isGone(owner))) throw new AppError("SIGNED_OUT");
	const ground: Ground = { live, owner, key, values: new Map(live.values), current: new Map(), lines: null };
	const outcomes: Plan["outcomes"] = [];
	for (const job of jobs) outcomes.push(await planJob(vault, ground, job));
	const changes = outcomes.filter((outcome): outcome is Change => !(outcome instanceof AppError));
	if (planned && changes[0]) changes[0].keys = [planned];
	return { live, changes, outcomes, next: owner === "shared" ? withSnapshot(vault, ground, changes) : null };
}

/** What is true for the next job: what is stored, and what the jobs before it will have written. */
interface Ground {
	live: LiveEnvironment;
	owner: string;
	key: SealingKey;
	values: Map<string, SnapshotValue>;
	/** The versions that were looked up or will have been written. */
	current: Map<string, Current | null>;
	/** The hand-written lines, once somebody asked. */
	lines: ReadonlyMap<string, string> | null;
}

async function planJob(vault: Vault, ground: Ground, { caller, request }: Job): Promise<Change | AppError> {
	const { live, owner } = ground;
	const author = { key: ground.key, owner, by: caller.label, message: request.message };
	const planned: Planned[] = [];
	try {
		if (live.id !== (request.id ?? live.id)) throw new AppError("ENVIRONMENT_NOT_FOUND", { name: request.environment });
		for (const intent of request.intents) {
			const before = await currentOf(vault, ground, intent.name);
			refuseStale(intent, before);
			if (before === null && owner === "shared") ground.lines ??= await handWritten(vault, live);
			const line = intent.instead ?? ground.lines?.get(intent.name);
			planned.push({ intent, versions: sealVersions(vault, author, { intent, before, line, live }) });
		}
	} catch (error) {
		if (error instanceof AppError) return error;
		throw error;
	}
	for (const each of planned) settle(ground, each);
	const last = planned.flatMap(({ versions }) => versions.slice(-1));
	return {
		writes: planned.flatMap(({ versions }) => versions),
		audit: last.map((row) => auditOf(caller, request, row)),
	};
}

interface Planned {
	intent: Intent;
	versions: VersionWrite[];
}

/** Only once all of a job is planned: one that is refused half way leaves nothing. */
function settle({ values, current }: Ground, { intent: { name, value }, versions }: Planned): void {
	const last = versions.at(-1);
	if (!last) return;
	const { version, secret } = last;
	current.set(name, { version, secret, present: value !== null });
	if (value === null) values.delete(name);
	else values.set(name, { value, secret, version });
}

/** The version that a change is planned on; the commit compares it. */
interface Current {
	version: number;
	secret: boolean;
	/** Not a removal. */
	present: boolean;
}

/** From memory where that has it, which is nearly always. */
async function currentOf(vault: Vault, { live, owner, current }: Ground, name: string): Promise<Current | null> {
	const settled = current.get(name);
	if (settled !== undefined) return settled;
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
	live: LiveEnvironment;
}

/**
 * The versions one intent makes: the intended one, and before it, for a setting never saved, the value that its line in the
 * `.env` file has, because the mirror is about to replace that line.
 */
function sealVersions(vault: Vault, author: Author, subject: Subject): VersionWrite[] {
	const { intent, before, line, live } = subject;
	const { file } = mirrorOptions(live);
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
		const place = { environment: live.id, owner: author.owner, name: intent.name, version };
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

/** The environment as the changes leave it; the last of them gets its snapshot. `null` when there is none to make. */
function withSnapshot(vault: Vault, { live, key, values }: Ground, changes: readonly Change[]): LiveEnvironment | null {
	const last = changes.at(-1);
	if (!last) return null;
	const edition = live.edition + 1;
	const place = { instance: vault.storage.instance.id, environment: live.id, edition };
	const damaged = new Set(live.damaged);
	const saved = new Map(live.saved);
	for (const { name, version, at, by, sealed } of changes.flatMap(({ writes = [] }) => writes)) {
		damaged.delete(name);
		if (sealed === null) saved.delete(name);
		else saved.set(name, { version, at, by });
	}
	last.snapshot = { environment: live.id, edition, sealed: sealSnapshot(key, place, values) };
	return { ...live, edition, values, saved, damaged, torn: false };
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
