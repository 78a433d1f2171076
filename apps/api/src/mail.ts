/** Mail by the SMTP server that HOLDFAST_SMTP_URL names. It carries links and no values. */
import type { MailOptions } from "@holdfast/config/server-options";
import { createTransport } from "nodemailer";

/** Milliseconds, for each step of handing a mail over. */
const PATIENCE = 20_000;

export interface Message {
	to: string;
	subject: string;
	text: string;
}

export interface Mail {
	/** @throws Error whose `code` is nodemailer's, such as `ECONNECTION`, `EAUTH` or `EENVELOPE`. */
	send(message: Message): Promise<void>;
}

export function openMail({ url, from }: MailOptions): Mail {
	const { protocol, hostname } = new URL(url);
	const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
	const transport = createTransport({
		url,
		// A link is as good as a password to whoever reads it on the way.
		requireTLS: protocol === "smtp:" && !isHere,
		connectionTimeout: PATIENCE,
		greetingTimeout: PATIENCE,
		socketTimeout: PATIENCE,
		disableFileAccess: true,
		disableUrlAccess: true,
	});
	return {
		async send({ to, subject, text }) {
			await transport.sendMail({ from, to: { name: "", address: to }, subject, text });
		},
	};
}
