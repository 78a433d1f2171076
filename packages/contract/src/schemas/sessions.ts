/** Where somebody is signed in. The token of a session travels in its cookie alone, and is never among these. */
import { z } from "zod";

export const OneSession = z.strictObject({ id: z.string().min(1).max(100) });

export const SessionView = z.object({
	id: z.string(),
	/** Whether it is the one that asks. */
	current: z.boolean(),
	/** What the browser called itself when it signed in. */
	userAgent: z.string().nullable(),
	address: z.string().nullable(),
	/** Milliseconds since 1970, as are all times here. */
	createdAt: z.number(),
	/** When it was last prolonged: once a day at the most. */
	seenAt: z.number(),
	expiresAt: z.number(),
});

export const PasskeyView = z.object({
	id: z.string(),
	name: z.string().nullable(),
	createdAt: z.number().nullable(),
	/** Whether its owner has it on more than one device, or could have. */
	backedUp: z.boolean(),
	/** `singleDevice` or `multiDevice`. */
	deviceType: z.string(),
});

export type OneSession = z.infer<typeof OneSession>;
export type SessionView = z.infer<typeof SessionView>;
export type PasskeyView = z.infer<typeof PasskeyView>;
