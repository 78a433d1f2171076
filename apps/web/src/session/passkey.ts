/** Passkeys, of which the browser asks for a finger, a face or a PIN. Its library is loaded when one is first used. */
import type {
	PublicKeyCredentialCreationOptionsJSON,
	PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { z } from "zod";
import { Refused } from "../failure.ts";
import { ask } from "./ask.ts";
import { prove } from "./auth.ts";
import { whenProven } from "./proven.ts";

const Done = z.unknown();

/** The browser checks them. */
const Requested = z.custom<PublicKeyCredentialRequestOptionsJSON>((value) => typeof value === "object");
const Created = z.custom<PublicKeyCredentialCreationOptionsJSON>((value) => typeof value === "object");

/** What the browser answers without a passkey, by the name of its error. */
const SENTENCES: Readonly<Record<string, string>> = {
	NotAllowedError: "No passkey was used. Try again, or take another way.",
	AbortError: "No passkey was used. Try again, or take another way.",
	InvalidStateError: "This device has a passkey of yours already. Use that one, or another device.",
	SecurityError: "Passkeys do not work at this address. Open the dashboard by the name it is set up with.",
};

/** Whether this browser has passkeys at this address. */
export function hasPasskeys(): boolean {
	return typeof window.PublicKeyCredential === "function";
}

export async function signInByPasskey(): Promise<void> {
	const response = await shown();
	await ask("/passkey/verify-authentication", { body: { response }, answer: Done });
}

export async function proveByPasskey(): Promise<void> {
	await prove({ passkey: await shown() });
}

export async function addPasskey(name: string): Promise<void> {
	const path = "/passkey/generate-register-options";
	const optionsJSON = await whenProven(() => ask(path, { answer: Created }));
	const response = await byBrowser(async () => {
		const { startRegistration } = await import("@simplewebauthn/browser");
		return startRegistration({ optionsJSON });
	});
	const body = { response, name };
	await whenProven(() => ask("/passkey/verify-registration", { body, answer: Done }));
}

export async function renamePasskey(renamed: { id: string; name: string }): Promise<void> {
	await whenProven(() => ask("/passkey/update-passkey", { body: renamed, answer: Done }));
}

export async function removePasskey(id: string): Promise<void> {
	await whenProven(() => ask("/passkey/delete-passkey", { body: { id }, answer: Done }));
}

/** What one of the person's passkeys says to the server's challenge. */
async function shown() {
	const optionsJSON = await ask("/passkey/generate-authenticate-options", { answer: Requested });
	return byBrowser(async () => {
		const { startAuthentication } = await import("@simplewebauthn/browser");
		return startAuthentication({ optionsJSON });
	});
}

async function byBrowser<Answer>(perform: () => Promise<Answer>): Promise<Answer> {
	try {
		return await perform();
	} catch (error) {
		const sentence = error instanceof Error ? SENTENCES[error.name] : undefined;
		throw sentence === undefined ? error : new Refused(sentence);
	}
}
