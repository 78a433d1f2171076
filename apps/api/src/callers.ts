/** Who calls by a session of better-auth's, which has columns of our own. */
import { type Caller, readNarrowed, userCaller } from "@holdfast/vault";

export interface Session {
	session: { id: string; provenAt?: Date | null | undefined };
	user: { id: string; name: string; role?: string | null | undefined; narrowed?: string | null | undefined };
}

export function sessionCaller({ session, user }: Session, address: string | null): Caller {
	const { id, name, role, narrowed } = user;
	const provenAt = session.provenAt?.getTime() ?? 0;
	const person = { id, name, role: role ?? "", narrowed: readNarrowed(narrowed), provenAt, sessionId: session.id };
	return userCaller(person, address);
}

/** Someone whose session has just begun or ended. What they may do is asked of the next request. */
export function signedIn({ id, name }: { id: string; name: string }, address: string | null): Caller {
	return userCaller({ id, name, role: "", narrowed: null, provenAt: Date.now(), sessionId: null }, address);
}
