/** Links that work once, for a while. The code in one is a secret: it is in the answer that makes it, and in no other. */
import { z } from "zod";
import { RoleName } from "./access.ts";
import { Narrowings } from "./people.ts";

export const LinkKind = z.enum(["invitation", "reset"]);

/** Whose address it is, as accounts have it. */
export const InvitePerson = z.strictObject({
	email: z.email().max(200).toLowerCase(),
	role: RoleName.default("viewer"),
	/** Where their role is to be less. */
	narrowed: Narrowings.nullable().default(null),
});

export const RevokeLink = z.strictObject({ id: z.string().min(1).max(100) });

/** Whatever is sent as a code: what is none is told from what is one of no link by nobody. */
export const OpenLink = z.strictObject({ kind: LinkKind, code: z.string().max(200) });

export const LinkView = z.object({
	id: z.string(),
	kind: LinkKind,
	email: z.string(),
	/** What they are invited as; `null` for a link that gives no role. */
	role: RoleName.nullable(),
	narrowed: Narrowings.nullable(),
	/** Milliseconds since 1970, as are all times here. */
	createdAt: z.number(),
	createdBy: z.string(),
	expiresAt: z.number(),
	/** `void` when whoever made it may not give any more what it gives. */
	state: z.enum(["open", "used", "revoked", "expired", "void"]),
});

export const CreatedLink = LinkView.extend({
	/** The address to send, with the code. It is not shown again. */
	url: z.string(),
});

/** What a link says to whoever has it. */
export const OpenedLink = LinkView.pick({ kind: true, email: true, role: true, createdBy: true, expiresAt: true });

export type LinkKind = z.infer<typeof LinkKind>;
export type InvitePerson = z.input<typeof InvitePerson>;
export type RevokeLink = z.infer<typeof RevokeLink>;
export type OpenLink = z.infer<typeof OpenLink>;
export type LinkView = z.infer<typeof LinkView>;
export type CreatedLink = z.infer<typeof CreatedLink>;
export type OpenedLink = z.infer<typeof OpenedLink>;
