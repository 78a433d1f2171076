/** The processes that hold saved values, and how they take them and keep up with them. */
import { z } from "zod";
import { EnvironmentName, SOURCES } from "./settings.ts";

/** Made by the process itself at its start: one for each environment that it takes values of. */
const WorkerId = z.uuid();

/** Shown in terminals, which take some characters for commands. */
const PRINTABLE = /^[^\p{C}]*$/u;

export const WorkerIdentity = z.strictObject({
	id: WorkerId,
	host: z.string().min(1).max(255).regex(PRINTABLE),
	pid: z.int().min(1),
	/** What runs, for people: the script's base name, never its arguments. */
	program: z.string().max(100).regex(PRINTABLE),
});

export const HydrateSettings = z.strictObject({
	environment: EnvironmentName,
	/** Omitted by who takes the values once and is not to be counted. */
	worker: WorkerIdentity.optional(),
	/** The revision of the values that the caller has already. */
	held: z.int().min(0).optional(),
});

/** Everything that is saved for an environment and what it inherits, for a process's own environment. */
export const HydratedSettings = z.object({
	environment: z.string(),
	revision: z.int(),
	/** `null` when nothing of it has changed since `held`. */
	values: z
		.array(
			z.object({
				name: z.string(),
				value: z.string(),
				/** `environment` or `default`. */
				source: z.enum(SOURCES),
				place: z.string(),
				version: z.int(),
			}),
		)
		.nullable(),
});

export const ReportWorker = WorkerIdentity.extend({
	environment: EnvironmentName,
	revision: z.int().min(0),
	/** The names whose value the process had itself, or took from a file. */
	inherited: z.array(z.string().max(128)).max(1_000).default([]),
});

export const RemoveWorker = z.strictObject({ id: WorkerId });

/** `removed` is false when there was none, or none that the caller may see. */
export const RemovedWorker = z.object({ removed: z.boolean() });

export const ListWorkers = z.strictObject({
	/** Omitted for the processes of all environments. */
	environment: EnvironmentName.unwrap().optional(),
	/** With a name: which version of it each process holds. */
	name: z.string().min(1).max(200).optional(),
});

export const WorkerView = z.object({
	/** Tells it from others, and is not the id that it reports by, which is its own to know. */
	id: z.string(),
	host: z.string(),
	pid: z.int(),
	program: z.string(),
	/** `server`: a Holdfast server, which holds every environment. */
	kind: z.enum(["server", "application"]),
	/** `null` for a server. */
	environment: z.string().nullable(),
	/** The revision it holds. */
	revision: z.int(),
	/** Whether nothing that it should have was saved since. */
	converged: z.boolean(),
	/** Milliseconds since 1970. */
	seenAt: z.number(),
	/** Of the name asked for: the version it holds, 0 for none; `null` when no name was asked for. */
	version: z.int().nullable(),
	/** Whether that is what is saved; `null` when no name was asked for. */
	current: z.boolean().nullable(),
	/** Whether it has a value of that name from elsewhere, which comes before the saved one. */
	inherited: z.boolean(),
});

export const WatchSettings = z.strictObject({
	/** `null` for whatever is saved, anywhere that the caller may look. */
	environment: EnvironmentName.nullable(),
	/** The revision the caller has; omitted for "whatever there is". */
	after: z.int().min(0).optional(),
	/** Put in by the transport when a client comes back: the revision it was last told of, which counts in place of `after`. */
	lastEventId: z
		.string()
		.regex(/^\d{1,15}$/)
		.optional(),
});

/** The newest revision that touches what was asked for. Whoever missed some in between misses nothing by that. */
export const RevisionEvent = z.object({ revision: z.int() });

export type WorkerIdentity = z.infer<typeof WorkerIdentity>;
export type HydrateSettings = z.infer<typeof HydrateSettings>;
export type HydratedSettings = z.infer<typeof HydratedSettings>;
export type ReportWorker = z.infer<typeof ReportWorker>;
export type RemoveWorker = z.infer<typeof RemoveWorker>;
export type RemovedWorker = z.infer<typeof RemovedWorker>;
export type ListWorkers = z.infer<typeof ListWorkers>;
export type WorkerView = z.infer<typeof WorkerView>;
export type WatchSettings = z.infer<typeof WatchSettings>;
export type RevisionEvent = z.infer<typeof RevisionEvent>;
