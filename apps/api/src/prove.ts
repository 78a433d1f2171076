/**
 * Proving again who one is. A session lasts for days; what gives a secret away, or access to one, asks for a proof that is
 * younger than that: see `PROVEN` in the contract.
 */
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint, sensitiveSessionMiddleware } from "better-auth/api";
import { z } from "zod";

export const PROVE = "/prove";

/** As many tries as better-auth gives for a sign-in: so many in so many seconds, by address. */
export const PROVE_LIMIT = { window: 10, max: 3 };

/** `POST /auth/prove {password}` dates the proof of the session it comes with to now, and that of no other. */
export const prove = {
	id: "prove",
	endpoints: {
		prove: createAuthEndpoint(
			PROVE,
			{ method: "POST", body: z.strictObject({ password: z.string().max(200) }), use: [sensitiveSessionMiddleware] },
			async (context) => {
				const { session, user } = context.context.session;
				await context.context.password.checkPassword(user.id, context);
				const updated = await context.context.internalAdapter.updateSession(session.token, {
					provenAt: new Date(Date.now()),
				});
				// It was ended meanwhile.
				if (!updated) throw APIError.fromStatus("UNAUTHORIZED");
				return context.json({ signedIn: true });
			},
		),
	},
} satisfies BetterAuthPlugin;
