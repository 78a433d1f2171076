/** What only a server reads of Holdfast's variables, beside `options.ts`: kept apart, so that applications do not load it. */
import { resolve } from "node:path";
import { AppError, ROLES, type Role, type VariableName } from "@holdfast/contract";
import { AddressRanges } from "@holdfast/contract/addresses";
import { listOf, type Options } from "./options.ts";

export interface ServerOptions {
	/** Addresses and ranges of proxies whose word is taken for where a request came from. */
	trustedProxies: string[];
	/** The files to serve TLS with; `null` for plain HTTP. */
	tls: { cert: string; key: string } | null;
	/** How many calls a minute one person or service token may make. */
	callsPerMinute: number;
	/** The mail server, with its password in the address, and the sender; `null` when no mail is sent. */
	mail: MailOptions | null;
	/** The OpenID Connect provider people may sign in with; `null` for none. */
	oidc: OidcOptions | null;
}

export interface MailOptions {
	url: string;
	from: string;
}

export interface OidcOptions {
	/** Without the slash at its end. */
	issuer: string;
	clientId: string;
	/** `null` for a public client. */
	clientSecret: string | null;
	/** What people call it. */
	name: string;
	scopes: string[];
	/** The role that each group gives, `*` standing for everyone; `null` where it gives none. */
	roles: ReadonlyMap<string, Role> | null;
	groupsClaim: string;
}

type Read = (name: VariableName) => string | null;

/** @throws AppError `OPTION_INVALID`, naming the variable. */
export function readServerOptions(
	{ envFile, projectDir }: Pick<Options, "envFile" | "projectDir">,
	env: Readonly<Record<string, string | undefined>> = process.env,
): ServerOptions {
	const read: Read = (name) => env[name] || envFile.get(name) || null;
	const [cert, key] = [read("HOLDFAST_TLS_CERT"), read("HOLDFAST_TLS_KEY")];
	if ((cert === null) !== (key === null)) {
		const name = cert === null ? "HOLDFAST_TLS_CERT" : "HOLDFAST_TLS_KEY";
		throw invalid(name, "it is needed as well, for the other half of the pair");
	}
	return {
		trustedProxies: proxiesOf(listOf(read("HOLDFAST_TRUSTED_PROXIES"))),
		tls: cert === null || key === null ? null : { cert: resolve(projectDir, cert), key: resolve(projectDir, key) },
		callsPerMinute: callsOf(read("HOLDFAST_CALLS_PER_MINUTE") ?? "6000"),
		mail: mailOf(read),
		oidc: oidcOf(read),
	};
}

function mailOf(read: Read): MailOptions | null {
	const url = read("HOLDFAST_SMTP_URL");
	if (url === null) return null;
	const from = read("HOLDFAST_MAIL_FROM");
	if (from === null || !/^[^<>@\r\n]*<?[^\s<>@]+@[^\s<>@]+>?$/.test(from))
		throw invalid("HOLDFAST_MAIL_FROM", "it has to say whom mail comes from, like Holdfast <holdfast@example.com>");
	const { protocol, hostname } = parsed(url) ?? {};
	if (hostname && protocol && ["smtp:", "smtps:"].includes(protocol)) return { url, from };
	throw invalid("HOLDFAST_SMTP_URL", "it is no address like smtps://user:password@mail.example.com");
}

function oidcOf(read: Read): OidcOptions | null {
	const issuer = read("HOLDFAST_OIDC_ISSUER");
	if (issuer === null) return null;
	const url = parsed(issuer);
	const isHere = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
	if (!url || url.search || url.hash || !(url.protocol === "https:" || (url.protocol === "http:" && isHere)))
		throw invalid("HOLDFAST_OIDC_ISSUER", "it is no https address without a query");
	const clientId = read("HOLDFAST_OIDC_CLIENT_ID");
	if (clientId === null) throw invalid("HOLDFAST_OIDC_CLIENT_ID", "it is needed as well, with HOLDFAST_OIDC_ISSUER");
	const roles = read("HOLDFAST_OIDC_ROLES");
	return {
		issuer: issuer.replace(/\/+$/, ""),
		clientId,
		clientSecret: read("HOLDFAST_OIDC_CLIENT_SECRET"),
		name: read("HOLDFAST_OIDC_NAME") ?? url.hostname,
		scopes: (read("HOLDFAST_OIDC_SCOPES") ?? "openid email profile").split(/\s+/).filter(Boolean),
		roles: roles === null ? null : new Map(listOf(roles).map(roleOf)),
		groupsClaim: read("HOLDFAST_OIDC_GROUPS_CLAIM") ?? "groups",
	};
}

/** A group's name may have equals signs of its own. */
function roleOf(pair: string): [group: string, role: Role] {
	const [, group, role] = /^(.+)=\s*(\w+)$/s.exec(pair) ?? [];
	if (group && role && Object.hasOwn(ROLES, role)) return [group.trim(), role as Role];
	const roles = Object.keys(ROLES).join(", ");
	const detail = `${JSON.stringify(pair.slice(0, 60))} is no pair of a group and a role (${roles}), like devs=editor`;
	throw invalid("HOLDFAST_OIDC_ROLES", detail);
}

function parsed(url: string): URL | null {
	return URL.canParse(url) ? new URL(url) : null;
}

function invalid(name: VariableName, detail: string): AppError {
	return new AppError("OPTION_INVALID", { name, detail });
}

function proxiesOf(ranges: string[]): string[] {
	const bad = ranges.find((range) => !isRange(range));
	if (bad === undefined) return ranges;
	const detail = `${JSON.stringify(bad.slice(0, 60))} is neither an address nor a range like 10.0.0.0/8`;
	throw invalid("HOLDFAST_TRUSTED_PROXIES", detail);
}

function isRange(text: string): boolean {
	try {
		return Boolean(new AddressRanges([text]));
	} catch {
		return false;
	}
}

function callsOf(text: string): number {
	if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
	throw invalid("HOLDFAST_CALLS_PER_MINUTE", "it is no whole number above 0");
}
