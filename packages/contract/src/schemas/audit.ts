import { z } from "zod";

export const ListAudit = z.strictObject({
	/** Entries older than this index; omitted for the newest. */
	before: z.int().min(1).optional(),
	limit: z.int().min(1).max(200).default(50),
});

export const AuditEntry = z.object({
	/** Counts up from 1 without gaps. */
	index: z.int(),
	/** Milliseconds since 1970. For people: order comes from `index`. */
	at: z.number(),
	/** Who: `user:<id>`, `token:<id>`, `cli:<login>@<host>` or `holdfast` itself. */
	actor: z.string(),
	/** The actor's name as people know it. */
	actorLabel: z.string(),
	/** The procedure, `noun.verb`. */
	action: z.string(),
	/** The setting, provider, environment or token acted on. */
	target: z.string().nullable(),
	environment: z.string().nullable(),
	outcome: z.enum(["done", "denied", "failed"]),
	/** The network address the request came from; `null` for the command line and Holdfast itself. */
	address: z.string().nullable(),
	/** The revision the change made, for changes. */
	revision: z.int().nullable(),
	/** Further facts: versions, keyed fingerprints, the message, a test's outcome. Never a value. */
	details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export const AuditPage = z.object({
	entries: z.array(AuditEntry),
	/** What to pass as `before` for the next page; `null` on the last one. */
	next: z.int().nullable(),
});

export type ListAudit = z.infer<typeof ListAudit>;
export type AuditEntry = z.infer<typeof AuditEntry>;
export type AuditPage = z.infer<typeof AuditPage>;
