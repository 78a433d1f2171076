/**
 * Proving again who one is. A session lasts for days; what gives a secret away, or access to one, asks for a proof that is
 * younger than that: see `PROVEN` in the contract.
 */
import { AppError } from "@holdfast/contract";
import type { Vault } from "@holdfast/vault";
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { APIError, createAuthEndpoint, sensitiveSessionMiddleware } from "better-auth/api";
import { z } from "zod";
import { type FactorOptions, TypedCode, takeCode } from "./factors.ts";
import type { Limits } from "./limits.ts";
import { BrowserAnswer, type PasskeyOptions, signedWith } from "./passkeys.ts";

export const PROVE = "/prove";

/** As many tries as better-auth gives for a sign-in: so many in so many seconds, by address. */
export const PROVE_LIMIT = { window: 10, max: 3 };

const Proof = z.union([
	z.strictObject({ password: z.string().max(200) }),
	z.strictObject({ code: TypedCode }),
	z.strictObject({ recoveryCode: TypedCode }),
	z.strictObject({ passkey: BrowserAnswer }),
]);

type ProveOptions = FactorOptions & PasskeyOptions;

/**
 * `POST /auth/prove` with one of `password`, `code`, `recoveryCode` and `passkey` dates the proof of the session it comes with
 * to now, and that of no other. Whoever has a second factor does not prove themselves by the password.
 */
export function prove(vault: Vault, options: ProveOptions) {
	return {
		id: "prove",
		endpoints: {
			prove: createAuthEndpoint(
				PROVE,
				{ method: "POST", body: Proof, use: [sensitiveSessionMiddleware] },
				async (context) => {
					const { session, user } = context.context.session;
					await check(context, { vault, options, userId: user.id }).catch(options.refuse);
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
}

interface Checked {
	vault: Vault;
	options: ProveOptions;
	userId: string;
}

/** @throws AppError `SECOND_FACTOR_NEEDED`; as `takeCode` and `signedWith`. @throws APIError for a wrong password. */
async function check(context: GenericEndpointContext, { vault, options, userId }: Checked): Promise<void> {
	const proof: z.infer<typeof Proof> = context.body;
	if ("password" in proof) {
		if ((await vault.storage.factor(userId))?.verified) throw new AppError("SECOND_FACTOR_NEEDED");
		await checkPassword(context, options.limits, userId);
	} else if ("passkey" in proof) await signedWith(context, { vault, options, userId, response: proof.passkey });
	else await takeCode(vault, options.limits, { userId, ...proof });
}

/** Counted apart from sign-ins, so that nobody without a session keeps someone from proving themselves. */
async function checkPassword(context: GenericEndpointContext, limits: Limits, userId: string): Promise<void> {
	const tries = `password of ${userId}`;
	await limits.try(tries);
	await context.context.password.checkPassword(userId, context);
	await limits.succeeded(tries);
}
