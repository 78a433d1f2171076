/** People, where they are signed in, and the links they come by, as rows. */
import type { Narrowed } from "@holdfast/contract";

/** Someone with an account. */
export interface PersonRow {
	id: string;
	name: string;
	email: string;
	role: string;
	/** In JSON, the roles in environments where that is less; `null` for none. */
	narrowed: string | null;
	/** Milliseconds since 1970. */
	createdAt: number;
	/** Whether they sign in with a password, and with the OpenID Connect provider. */
	password: boolean;
	oidc: boolean;
	/** Whether signing in takes a code as well. */
	twoFactor: boolean;
	/** How many passkeys they have, and how many sessions that are open. */
	passkeys: number;
	sessions: number;
}

/** A session that is open. Its token is nobody's to read. */
export interface SessionRow {
	id: string;
	userId: string;
	ipAddress: string | null;
	userAgent: string | null;
	createdAt: Date;
	/** When it was last prolonged, which is once a day at the most. */
	updatedAt: Date;
	expiresAt: Date;
}

/** An invitation, or a way to set a new password. It works once, for a while. */
export interface LinkRow {
	id: string;
	kind: "invitation" | "reset";
	/** A digest of the code in the link. */
	hash: string;
	email: string;
	/** Whose password may be set; `null` for an invitation. */
	userId: string | null;
	/** What they are invited as; `null` for a reset. */
	role: string | null;
	narrowed: Narrowed | null;
	createdAt: number;
	createdBy: string;
	creator: string;
	expiresAt: number;
	usedAt: number | null;
	revokedAt: number | null;
}
