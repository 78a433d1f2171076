/**
 * Passkeys (WebAuthn). Each is asked to verify its user, so it counts as both factors. A challenge is for one browser, one
 * purpose and one use. Not by better-auth's plugin: see docs/decisions/024-second-factors.md.
 */
import { AppError } from "@holdfast/contract";
import { authorizePerson, type Caller, passkeys, type Vault } from "@holdfast/vault";
import {
	type AuthenticationResponseJSON,
	generateAuthenticationOptions,
	generateRegistrationOptions,
	type RegistrationResponseJSON,
	verifyAuthenticationResponse,
	verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { decodeAttestationObject, isoBase64URL } from "@simplewebauthn/server/helpers";
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthEndpoint, getSessionFromCtx, sensitiveSessionMiddleware } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { generateRandomString } from "better-auth/crypto";
import { z } from "zod";
import { addressOf } from "./addresses.ts";
import { sessionCaller } from "./callers.ts";

export const SIGN_OPTIONS = "/passkey/generate-authenticate-options";
export const SIGN_IN = "/passkey/verify-authentication";
export const ADD_OPTIONS = "/passkey/generate-register-options";
export const ADD = "/passkey/verify-registration";
export const RENAME = "/passkey/update-passkey";
export const REMOVE = "/passkey/delete-passkey";

/** Anyone may ask for a challenge, so many times in so many seconds, by address. */
export const SIGN_OPTIONS_LIMIT = { window: 60, max: 30 };

const COOKIE = "passkey";
/** How long a browser may take, in seconds. */
const TAKES = 300;

/** In COSE's numbers: Ed25519, ES256 and RS256, which between them every authenticator has. */
const ALGORITHMS = [-8, -7, -257];

const Challenge = z.object({
	purpose: z.enum(["add", "sign"]),
	challenge: z.string(),
	/** Who was signed in; `null` for nobody. */
	userId: z.string().nullable(),
});
type Challenge = z.infer<typeof Challenge>;

/** What a browser gives. The library looks into it. */
export const BrowserAnswer = z.record(z.string().max(100), z.unknown());
const Name = z.string().trim().min(1).max(100);
const Id = z.string().min(1).max(100);

/** For acts with one's own account. */
const signedIn = [sensitiveSessionMiddleware];

export interface PasskeyOptions {
	/** The address people open, and every origin of the server's own pages. */
	url: string;
	origins: string[];
	/** Throws what the vault refuses, in better-auth's terms. */
	refuse: (error: unknown) => never;
}

export function passkeyActs(vault: Vault, options: PasskeyOptions) {
	const { refuse } = options;
	return {
		id: "passkeys",
		endpoints: {
			passkeySignOptions: createAuthEndpoint(SIGN_OPTIONS, { method: "GET" }, async (context) => {
				const session = await getSessionFromCtx(context, { disableRefresh: true });
				const known = session ? await vault.storage.passkeys(session.user.id) : [];
				const asked = await generateAuthenticationOptions({
					rpID: rpIdOf(options),
					userVerification: "required",
					timeout: TAKES * 1000,
					...(known.length > 0 && { allowCredentials: known.map(named) }),
				});
				const { challenge } = asked;
				await remember(context, { purpose: "sign", challenge, userId: session?.user.id ?? null });
				return context.json(asked);
			}),
			passkeySignIn: createAuthEndpoint(
				SIGN_IN,
				{ method: "POST", body: z.strictObject({ response: BrowserAnswer }) },
				async (context) => {
					const { internalAdapter } = context.context;
					const given = { vault, options, response: context.body.response };
					const { userId } = await signedWith(context, given).catch(refuse);
					const user = await internalAdapter.findUserById(userId);
					if (!user) return refuse(new AppError("PASSKEY_REFUSED"));
					await setSessionCookie(context, { session: await internalAdapter.createSession(userId, false), user });
					return context.json({ signedIn: true });
				},
			),
			passkeyAddOptions: createAuthEndpoint(ADD_OPTIONS, { method: "GET", use: signedIn }, async (context) => {
				const { session } = context.context;
				const userId = await mayAdd(vault, sessionCaller(session, addressOf(context))).catch(refuse);
				const { name, email } = session.user;
				const asked = await generateRegistrationOptions({
					rpName: context.context.appName,
					rpID: rpIdOf(options),
					userID: new Uint8Array(Buffer.from(userId)),
					userName: email,
					userDisplayName: name,
					attestationType: "none",
					supportedAlgorithmIDs: ALGORITHMS,
					timeout: TAKES * 1000,
					excludeCredentials: (await vault.storage.passkeys(userId)).map(named),
					authenticatorSelection: { residentKey: "required", userVerification: "required" },
				});
				await remember(context, { purpose: "add", challenge: asked.challenge, userId });
				return context.json(asked);
			}),
			passkeyAdd: createAuthEndpoint(
				ADD,
				{ method: "POST", use: signedIn, body: z.strictObject({ response: BrowserAnswer, name: Name }) },
				async (context) => {
					const { response, name } = context.body;
					const caller = sessionCaller(context.context.session, addressOf(context));
					const userId = await mayAdd(vault, caller).catch(refuse);
					const made = await madeIn(context, { options, response, userId }).catch(refuse);
					await passkeys.add(vault, caller, { ...made, name }).catch(refuse);
					return context.json({ signedIn: true });
				},
			),
			passkeyRename: createAuthEndpoint(
				RENAME,
				{ method: "POST", use: signedIn, body: z.strictObject({ id: Id, name: Name }) },
				async (context) => {
					const caller = sessionCaller(context.context.session, addressOf(context));
					await passkeys.rename(vault, caller, context.body).catch(refuse);
					return context.json({ signedIn: true });
				},
			),
			passkeyRemove: createAuthEndpoint(
				REMOVE,
				{ method: "POST", use: signedIn, body: z.strictObject({ id: Id }) },
				async (context) => {
					const caller = sessionCaller(context.context.session, addressOf(context));
					await passkeys.remove(vault, caller, context.body).catch(refuse);
					return context.json({ signedIn: true });
				},
			),
		},
	} satisfies BetterAuthPlugin;
}

/** Before a browser is asked to make one, and before what it made is looked at. @throws AppError `PROOF_NEEDED` */
function mayAdd(vault: Vault, caller: Caller): Promise<string> {
	return authorizePerson(vault, caller, { action: "session.addPasskey", target: null, environment: null });
}

interface Signing {
	vault: Vault;
	options: PasskeyOptions;
	response: Record<string, unknown>;
	/** Whose passkey it has to be, and who has to have asked for the challenge; anyone's and anyone when it is left out. */
	userId?: string;
}

/**
 * Whose passkey has signed the challenge that this browser was given.
 *
 * @throws AppError `PASSKEY_REFUSED`
 */
export async function signedWith(context: GenericEndpointContext, signing: Signing): Promise<{ userId: string }> {
	const { vault, options, response, userId } = signing;
	const asked = await recall(context, "sign");
	const key = await vault.storage.passkeyByCredential(String(response.id));
	const isTheirs = userId === undefined || (key?.userId === userId && asked?.userId === userId);
	if (!asked || !key || !isTheirs) throw new AppError("PASSKEY_REFUSED");
	const { verified, authenticationInfo } = await verifyAuthenticationResponse({
		response: response as unknown as AuthenticationResponseJSON,
		expectedChallenge: asked.challenge,
		expectedOrigin: options.origins,
		expectedRPID: rpIdOf(options),
		credential: { id: key.credentialID, publicKey: isoBase64URL.toBuffer(key.publicKey), counter: key.counter },
		requireUserVerification: true,
	}).catch(refused);
	if (!verified) throw new AppError("PASSKEY_REFUSED");
	const { newCounter: counter, credentialBackedUp: backedUp } = authenticationInfo;
	await passkeys.use(vault, key, { counter, backedUp });
	return { userId: key.userId };
}

/** The passkey that this browser made for the challenge it was given. @throws AppError `PASSKEY_REFUSED` */
async function madeIn(
	context: GenericEndpointContext,
	{ options, response, userId }: Required<Omit<Signing, "vault">>,
) {
	const asked = await recall(context, "add");
	const given = response as unknown as RegistrationResponseJSON;
	if (!asked || asked.userId !== userId || !isUnattested(given)) throw new AppError("PASSKEY_REFUSED");
	const { registrationInfo } = await verifyRegistrationResponse({
		response: given,
		expectedChallenge: asked.challenge,
		expectedOrigin: options.origins,
		expectedRPID: rpIdOf(options),
		supportedAlgorithmIDs: ALGORITHMS,
		requireUserVerification: true,
	}).catch(refused);
	if (!registrationInfo) throw new AppError("PASSKEY_REFUSED");
	const { credential, credentialDeviceType, credentialBackedUp, aaguid } = registrationInfo;
	const { id, publicKey, counter, transports } = credential;
	return {
		credentialID: id,
		publicKey: isoBase64URL.fromBuffer(publicKey),
		counter,
		deviceType: credentialDeviceType,
		backedUp: credentialBackedUp,
		transports: transports ? transports.map(String).join(",").slice(0, 200) : null,
		aaguid,
	};
}

/** None is asked for. To check one that comes with certificates, the library would ask addresses that are named in them. */
function isUnattested({ response }: RegistrationResponseJSON): boolean {
	try {
		const attestation = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject));
		return attestation.get("attStmt").get("x5c") === undefined;
	} catch {
		// It is not even one.
		return false;
	}
}

/** The library's reason may quote what a browser gave. */
function refused(cause: unknown): never {
	throw new AppError("PASSKEY_REFUSED", {}, { cause });
}

async function remember(context: GenericEndpointContext, challenge: Challenge): Promise<void> {
	const { createAuthCookie, internalAdapter, secret } = context.context;
	const { name, attributes } = createAuthCookie(COOKIE, { maxAge: TAKES });
	const identifier = `passkey-${generateRandomString(32)}`;
	const expiresAt = new Date(Date.now() + TAKES * 1000);
	await internalAdapter.createVerificationValue({ identifier, value: JSON.stringify(challenge), expiresAt });
	await context.setSignedCookie(name, identifier, secret, attributes);
}

/** The challenge this browser was given for a purpose, which is then used up. */
async function recall(context: GenericEndpointContext, purpose: Challenge["purpose"]): Promise<Challenge | null> {
	const { createAuthCookie, internalAdapter, secret } = context.context;
	const identifier = (await context.getSignedCookie(createAuthCookie(COOKIE).name, secret)) || null;
	if (!identifier?.startsWith("passkey-")) return null;
	const kept = await internalAdapter.consumeVerificationValue(identifier);
	if (!kept || kept.expiresAt.getTime() <= Date.now()) return null;
	const challenge = Challenge.parse(JSON.parse(kept.value));
	return challenge.purpose === purpose ? challenge : null;
}

/** A browser knows passkeys by the host name alone. */
function rpIdOf({ url }: PasskeyOptions): string {
	return new URL(url).hostname;
}

function named({ credentialID, transports }: { credentialID: string; transports: string | null }) {
	return { id: credentialID, ...(transports && { transports: transports.split(",") }) };
}
