/**
 * `POST /auth/forgot {email}`: a link to set a new password, by mail to whoever has an account with that address and a
 * password. The answer is the same for every address, and given before anything is looked up.
 */
import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { anonymous, audit, type Caller, links, type Vault } from "@holdfast/vault";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { z } from "zod";
import { addressOf } from "./addresses.ts";
import type { Limits } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Mail, Message } from "./mail.ts";

export const FORGOT = "/forgot";

/** How long after the answer the work begins, in milliseconds: what it takes would tell who has an account. */
const REST = { least: 500, most: 1_500 };

/** So many requests in so many seconds, by address. */
export const FORGOT_LIMIT = { window: 60, max: 5 };

export interface ForgotOptions {
	mail: Mail;
	/** Where people open the dashboard, as it is configured: what the link begins with. */
	origin: string;
	limits: Limits;
	log: Log;
	/** Told of the work that goes on after the answer, which a stop waits for. */
	started: (work: Promise<unknown>) => void;
}

/** What a context of better-auth has to find someone. */
interface People {
	findUserByEmail: (
		email: string,
		options: { includeAccounts: boolean },
	) => Promise<{ user: { id: string; name: string; email: string }; accounts: { providerId: string }[] } | null>;
}

export function forgot(vault: Vault, options: ForgotOptions) {
	return {
		id: "forgot",
		endpoints: {
			forgot: createAuthEndpoint(
				FORGOT,
				{ method: "POST", body: z.strictObject({ email: z.email().max(200) }) },
				async (context) => {
					const { email } = context.body;
					const who = anonymous(addressOf(context));
					const sending = send(vault, context.context.internalAdapter, { ...options, email: email.toLowerCase(), who });
					options.started(sending.catch((error) => options.log.warn(`A mail was not sent: ${reasonOf(error)}`)));
					return context.json({ signedIn: false });
				},
			),
		},
	} satisfies BetterAuthPlugin;
}

interface Sending extends ForgotOptions {
	email: string;
	who: Caller;
}

async function send(vault: Vault, people: People, { email, who, mail, origin, limits }: Sending): Promise<void> {
	await setTimeout(randomInt(REST.least, REST.most));
	const found = await people.findUserByEmail(email, { includeAccounts: true });
	const hasPassword = found?.accounts.some(({ providerId }) => providerId === "credential") ?? false;
	const isMany = await limits.mail(email).then(
		() => false,
		() => true,
	);
	if (!found || !hasPassword || isMany) {
		await audit.recordAccess(vault, who, { action: "session.forgot", outcome: "denied", target: email });
		return;
	}
	const { url, expiresAt } = await links.forgot(vault, found.user, { origin, who });
	await mail.send(letter(found.user, url, expiresAt));
}

function letter({ name, email }: { name: string; email: string }, url: string, expiresAt: number): Message {
	const until = `${new Date(expiresAt).toISOString().slice(0, 16).replace("T", " ")} UTC`;
	return {
		to: email,
		subject: "Set a new password for Holdfast",
		text: [
			`Hello ${name},`,
			"",
			"someone, most likely you, asked to set a new password for your account in Holdfast. This opens the page for it:",
			"",
			url,
			"",
			`It works once, until ${until}, and ends the sessions that your password opened before. If you did not ask for it, leave it be: nothing has changed.`,
			"",
		].join("\n"),
	};
}

/** nodemailer's code for what went wrong; its message may quote the address, or what the server said of it. */
function reasonOf(error: unknown): string {
	const { code } = error as { code?: unknown };
	return typeof code === "string" && /^\w+$/.test(code) ? code : "for an unknown reason";
}
