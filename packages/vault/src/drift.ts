/**
 * How each line of an environment's file stands: what Holdfast last wrote there (the base), what is saved, and what the
 * line says. Guards the rule that a line someone edited by hand is never taken for Holdfast's own.
 *
 * The base is not stored as such: it is the version that was current at the revision that the file is known to hold. Only
 * of lines that were left alone then is it kept apart. A line may also have any version saved since: the process that wrote
 * it ended before it could say so.
 */
import { looksMasked, valueProblem } from "@holdfast/contract";
import type { LineState } from "@holdfast/contract/schemas";
import type { Reader } from "@holdfast/envfile";
import type { LiveEnvironment } from "./live.ts";
import type { MirrorFile } from "./mirror-format.ts";
import type { Storage } from "./storage/storage.ts";

export interface Line {
	name: string;
	state: LineState;
	/** The base's fingerprint, where it was looked for; `null` for none. */
	base: string | null;
	/** The saved value; `null` for none. */
	saved: string | null;
	/** What the file says; `null` for no line. */
	file: string | null;
}

export interface Compared {
	lines: Line[];
	/** Names that stand in the file and are nobody's but the writer's. */
	unmanaged: string[];
}

/** What a file is known to hold: see `MirrorRow`. */
export interface Known {
	revision: number;
	base: Readonly<Record<string, string | null>>;
}

export interface Compare {
	environment: LiveEnvironment;
	file: MirrorFile;
	/** What the file is known to hold; `null` when nothing is known of it. */
	known: Known | null;
	/** The programs that would misread a value however it is written; none when it has a form. */
	misreaders: (name: string, value: string) => readonly Reader[];
	/** What this process last wrote: a line that still says so is Holdfast's without asking the history. */
	written: ReadonlyMap<string, string | null> | undefined;
}

interface Parts {
	storage: Pick<Storage, "history" | "setting">;
	fingerprint: (name: string, value: string) => string;
}

/** The states in which a line is as someone left it, and stays so until it is decided. */
const HANDS_OFF: ReadonlySet<LineState> = new Set(["edited", "deleted", "blank", "conflict"]);

export function isDrift({ state }: Pick<Line, "state">): boolean {
	return HANDS_OFF.has(state);
}

/** Whether a line was given another value that can be saved as it is. */
export function isTakeable({ state, file }: Line): boolean {
	return state === "edited" && file !== null && valueProblem(file) === null;
}

/** Compare every line that is Holdfast's to keep. */
export async function compare(parts: Parts, compared: Compare): Promise<Compared> {
	const { environment, file } = compared;
	const lines: Line[] = [];
	const unmanaged: string[] = [];
	for (const [name, { value }] of environment.values) {
		// A value that does not open cannot be written; its line, if there is one, may be all that is left of it.
		if (value === null) continue;
		const found = file.entries.get(name) ?? null;
		if (found === value) lines.push({ name, state: "same", base: null, saved: value, file: found });
		else lines.push(await compareSaved(parts, compared, { name, saved: value, file: found }));
	}
	for (const [name, found] of file.entries) {
		if (environment.values.has(name)) continue;
		const line = await compareUnsaved(parts, compared, { name, file: found });
		if (line) lines.push(line);
		else unmanaged.push(name);
	}
	return { lines, unmanaged };
}

/** A saved value whose line says something else, or is not there. */
async function compareSaved(
	parts: Parts,
	compared: Compare,
	line: { name: string; saved: string; file: string | null },
): Promise<Line> {
	const { name, saved, file } = line;
	const as = (state: LineState, base: string | null = null): Line => ({ ...line, state, base });
	// Whatever stands there, nobody here can say what is lost with it.
	if (compared.file.locked?.has(name)) return as("blank");
	const exists = compared.file.state?.text != null;
	const vaultOnly = file === null && compared.misreaders(name, saved).length > 0;
	if (file === null && (!exists || compared.file.notes.has(name))) return as(vaultOnly ? "vault-only" : "behind");
	if (file === null && vaultOnly) return as("vault-only");
	if (file !== null && file === compared.written?.get(name)) return as("behind");
	const { base, ours } = await baseOf(parts, compared, name);
	if (file !== null && isBlank(file)) return as(base === null ? "behind" : "blank", base);
	if (ours.has(file === null ? null : parts.fingerprint(name, file))) return as("behind", base);
	if (base !== parts.fingerprint(name, saved)) return as("conflict", base);
	return as(file === null ? "deleted" : "edited", base);
}

/** A line whose name is not saved: Holdfast's to take out if it put it there; `null` when it is none of Holdfast's. */
async function compareUnsaved(
	parts: Parts,
	compared: Compare,
	{ name, file }: { name: string; file: string },
): Promise<Line | null> {
	if (!(await parts.storage.setting(compared.environment.id, "shared", name))) return null;
	const { base, ours } = await baseOf(parts, compared, name);
	if (ours.has(parts.fingerprint(name, file))) return { name, state: "behind", base, saved: null, file };
	return base === null || isBlank(file) ? null : { name, state: "conflict", base, saved: null, file };
}

interface Base {
	base: string | null;
	/** The fingerprints of what may stand there by Holdfast's own doing; `null` among them for no line. */
	ours: ReadonlySet<string | null>;
}

async function baseOf({ storage }: Parts, { environment, known }: Compare, name: string): Promise<Base> {
	const revision = known?.revision ?? 0;
	const versions = await storage.history(environment.id, "shared", name, revision);
	const kept = known?.base[name];
	const base = kept === undefined ? (versions.find((row) => row.revision <= revision)?.fingerprint ?? null) : kept;
	const since = versions.filter((row) => row.revision > revision).map(({ fingerprint }) => fingerprint);
	return { base, ours: new Set([base, ...since]) };
}

/** A line that says where a value belongs, and has none. */
function isBlank(line: string): boolean {
	return line === "" || looksMasked(line);
}
