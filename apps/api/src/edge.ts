/**
 * The server's edge: what is decided about a request before anything reads it, and the headers that every answer carries.
 * Applies alike to procedures, sign-in, health and the dashboard's files.
 */
import { isUtf8 } from "node:buffer";
import { AppError, type ErrorCode } from "@holdfast/contract";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { asTransport } from "./trpc.ts";

/** The largest request body, in bytes: a thousand settings of the longest kind are never sent at once. */
const BODY_MAX = 8 * 1024 * 1024;

/** How deep JSON may be nested: a batch of imports has six levels. */
const DEPTH_MAX = 32;
const [QUOTE, BACKSLASH, BRACE, BRACE_END, BRACKET, BRACKET_END] = [34, 92, 123, 125, 91, 93];

const CONTENT_SECURITY_POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"font-src 'self'",
	"connect-src 'self'",
	"manifest-src 'self'",
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join("; ");

/** `same-origin` and not `no-referrer`: the latter makes browsers send `Origin: null`, and sign-in would be refused. */
const HEADERS: Record<string, string> = {
	"content-security-policy": CONTENT_SECURITY_POLICY,
	"x-content-type-options": "nosniff",
	"x-frame-options": "DENY",
	"referrer-policy": "same-origin",
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-resource-policy": "same-origin",
	"permissions-policy":
		"camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
};

export interface EdgeOptions {
	/** The host names, in lower case and without ports, under which the server may be asked. */
	hosts: ReadonlySet<string>;
	/** The origins of its own pages. */
	ownOrigins: ReadonlySet<string>;
	/** Further origins whose pages may call it with a service token. */
	otherOrigins: ReadonlySet<string>;
	/** Whether people reach it over TLS. */
	tls: boolean;
	/** Told of what a handler threw. */
	report: (error: unknown) => void;
}

type Handler = (request: Request) => Response | Promise<Response>;

/** Refuse what must not come in, answer what the edge itself can, and put the headers on what goes out. */
export function guarded(options: EdgeOptions, handler: Handler): Handler {
	return async (request) => {
		const refusal = refusalOf(options, request);
		if (refusal) return withHeaders(options, refuse(new AppError(refusal, { detail: TOO_DEEP })));
		const origin = request.headers.get("origin");
		const other = origin !== null && options.otherOrigins.has(origin);
		// Pages of other origins come with a service token, never with someone's session.
		if (other) request.headers.delete("cookie");
		readStrictly(request);
		const answer = request.method === "OPTIONS" ? preflight() : await attempt(options, handler, request);
		const response = withHeaders(options, answer);
		if (other) allowOrigin(response.headers, origin);
		return response;
	};
}

/**
 * Read leniently, bytes that are no UTF-8 would be saved as other characters than were sent. What is nested without end is
 * refused before anything walks through it.
 */
function readStrictly(request: Request): void {
	const text = async () => {
		const bytes = Buffer.from(await request.arrayBuffer());
		if (!isUtf8(bytes)) throw asTransport(new AppError("INPUT_INVALID", { detail: "it is not UTF-8" }));
		const body = bytes.toString("utf8");
		if (isDeep(body)) throw asTransport(new AppError("INPUT_INVALID", { detail: TOO_DEEP }));
		return body;
	};
	Object.defineProperty(request, "text", { value: text });
}

const TOO_DEEP = `it is nested more than ${DEPTH_MAX} levels deep`;

/** Whether a JSON text is nested deeper than any input is. Of a text that is no JSON it says nothing that matters. */
function isDeep(json: string): boolean {
	let depth = 0;
	for (let at = 0; at < json.length; at++) {
		const char = json.charCodeAt(at);
		if (char === QUOTE) {
			for (at++; at < json.length && json.charCodeAt(at) !== QUOTE; at++) if (json.charCodeAt(at) === BACKSLASH) at++;
		} else if (char === BRACE || char === BRACKET) {
			if (++depth > DEPTH_MAX) return true;
		} else if (char === BRACE_END || char === BRACKET_END) depth--;
	}
	return false;
}

/** The answer to what came in by HTTP's rules and yet has no address that can be read. */
export function unreadable(options: EdgeOptions): Response {
	return withHeaders(options, refuse(new AppError("INPUT_INVALID", { detail: "its address cannot be read" })));
}

async function attempt({ report }: EdgeOptions, handler: Handler, request: Request): Promise<Response> {
	try {
		return await handler(request);
	} catch (error) {
		const known = error instanceof TRPCError && error.cause instanceof AppError ? error.cause : null;
		if (!known) report(error);
		return refuse(known ?? new AppError("INTERNAL"));
	}
}

function withHeaders(options: EdgeOptions, answer: Response): Response {
	try {
		setHeaders(options, answer.headers);
		return answer;
	} catch (error) {
		// Of some answers the headers cannot be changed. Of all others it would cost to write the body anew.
		if (!(error instanceof TypeError)) throw error;
		const response = new Response(answer.body, answer);
		setHeaders(options, response.headers);
		return response;
	}
}

function setHeaders({ tls }: EdgeOptions, headers: Headers): void {
	for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
	if (tls) headers.set("strict-transport-security", "max-age=31536000");
}

/** Why a request must not come in; `null` when it may. */
function refusalOf({ hosts, ownOrigins, otherOrigins }: EdgeOptions, request: Request): ErrorCode | null {
	if (!isOwnHost(hosts, request)) return "HOST_REFUSED";
	const origin = request.headers.get("origin");
	if (origin !== null && !ownOrigins.has(origin) && !otherOrigins.has(origin)) return "ORIGIN_REFUSED";
	// Browsers say where a request comes from; without an Origin, only the page itself or no page at all is trusted.
	const site = request.headers.get("sec-fetch-site");
	const isForeign = origin === null && site !== null && site !== "same-origin" && site !== "none";
	if (request.method === "GET" || request.method === "HEAD") {
		const { search } = new URL(request.url);
		if (search.length > DEPTH_MAX && isDeep(new URLSearchParams(search).get("input") ?? "")) return "INPUT_INVALID";
		// A link to the dashboard may be anywhere. A watch behind an image of another port's page would be someone's own.
		return isForeign && new URL(request.url).pathname.startsWith("/trpc/") ? "ORIGIN_REFUSED" : null;
	}
	if (request.method === "OPTIONS") return origin !== null && otherOrigins.has(origin) ? null : "ORIGIN_REFUSED";
	if (isForeign) return "ORIGIN_REFUSED";
	const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
	if (type !== "application/json") return "NOT_JSON";
	const length = request.headers.get("content-length");
	return length === null || Number(length) > BODY_MAX ? "TOO_LARGE" : null;
}

/** Both the target and every Host header name this server: what reads the request next may believe either. */
function isOwnHost(hosts: ReadonlySet<string>, { url, headers }: Request): boolean {
	const named = (headers.get("host") ?? "").split(",").map((host) => host.trim().toLowerCase().replace(/:\d+$/, ""));
	return [new URL(url).hostname, ...named].every((host) => hosts.has(host));
}

function refuse(error: AppError): Response {
	const status = getHTTPStatusCodeFromError(asTransport(error));
	return Response.json({ code: error.code, message: error.message }, { status });
}

function preflight(): Response {
	return new Response(null, {
		status: 204,
		headers: {
			"access-control-allow-methods": "GET, POST",
			"access-control-allow-headers": "authorization, content-type, last-event-id, trpc-accept, trpc-batch-mode",
			"access-control-max-age": "600",
		},
	});
}

/** Without `allow-credentials`, so that browsers send no cookies either. */
function allowOrigin(headers: Headers, origin: string): void {
	headers.set("access-control-allow-origin", origin);
	headers.set("cross-origin-resource-policy", "cross-origin");
	headers.append("vary", "origin");
}
