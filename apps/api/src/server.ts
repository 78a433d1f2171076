/**
 * The server: procedures, sign-in, health and the dashboard on one port. Procedures are answered ahead of the router, which
 * is the fastest mounting there is; all of it passes the edge first.
 */

import type { Server as HttpServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Options } from "@holdfast/config/options";
import type { ServerOptions as EdgeSettings } from "@holdfast/config/server-options";
import { AppError } from "@holdfast/contract";
import { anonymous, tokens, type Vault } from "@holdfast/vault";
import { getRequestListener } from "@hono/node-server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Hono } from "hono";
import { isAct } from "./acts.ts";
import { ADDRESS_HEADER, clientAddresses } from "./addresses.ts";
import { type Auth, openAuth } from "./auth.ts";
import { sessionCaller } from "./callers.ts";
import { dashboard } from "./dashboard.ts";
import { type EdgeOptions, guarded, unreadable } from "./edge.ts";
import { Limits, WINDOW } from "./limits.ts";
import { createListener } from "./listener.ts";
import { type Log, reportError } from "./log.ts";
import { openMail } from "./mail.ts";
import { appRouter } from "./router.ts";
import { Running } from "./running.ts";
import type { Context } from "./trpc.ts";
import { Watches } from "./watches.ts";

/** The most calls one request may carry. */
const BATCH_MAX = 50;
/** How long a stop waits for the requests under way, in milliseconds. */
const GRACE = 10_000;
/** What `readServerOptions` gives where nothing is said. */
const CALLS_PER_MINUTE = 6_000;
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

export interface Server {
	/** The address people open. */
	url: string;
	port: number;
	/** Take no more requests, finish those under way for at most ten seconds, and end every connection. */
	close(): Promise<void>;
}

export interface ServerOptions
	extends Pick<Options, "host" | "port" | "publicUrl" | "allowedHosts" | "allowedOrigins">,
		Partial<EdgeSettings> {
	/** The folder with the built dashboard. */
	dashboard: string;
}

/** Serve a vault. @throws AppError `PORT_IN_USE`, `OPTION_INVALID` */
export async function startServer(vault: Vault, options: ServerOptions, log: Log): Promise<Server> {
	const { tls = null, trustedProxies = [], callsPerMinute = CALLS_PER_MINUTE, mail = null, oidc = null } = options;
	const { server, release } = createListener(tls, (message) => log.warn(message));
	const port = await listen(server, options);
	const report = (error: unknown) => reportError(log, error);
	server.on("error", report);
	const running = new Running();
	const started = (work: Promise<unknown>) => running.add(work);
	const edge = edgeOf(options, port, report);
	const url = urlOf(options, port);
	const limits = new Limits(callsPerMinute);
	const auth = openAuth(vault, {
		url,
		origins: [...edge.ownOrigins],
		log,
		limits,
		mail: mail && openMail(mail),
		started,
		oidc,
	});
	const watches = new Watches();
	const ways = { oidc: oidc?.name ?? null, mail: mail !== null };
	const parts = { vault, auth, origin: url, ways, report, started, watches, limits };
	const addressOf = clientAddresses(trustedProxies);
	const site = siteOf(parts, options.dashboard);
	const answer = (request: Request, address: string | null) =>
		guarded(edge, (passed) => {
			if (!new URL(passed.url).pathname.startsWith("/trpc/")) {
				passed.headers.set(ADDRESS_HEADER, address ?? "unknown");
				return site.fetch(passed);
			}
			return fetchRequestHandler({
				endpoint: "/trpc",
				router: appRouter,
				req: passed,
				createContext: () => contextOf(parts, passed, address),
				maxBatchSize: BATCH_MAX,
				// Procedures report for themselves; this is for a caller who could not be told.
				onError: ({ error, ctx }) => {
					if (!ctx && error.code === "INTERNAL_SERVER_ERROR") report(error.cause ?? error);
				},
				responseMeta: ({ errors }) => ({ headers: { "cache-control": "no-store", ...retryAfter(errors) } }),
			});
		})(request);
	server.on("request", (_, response) => started(new Promise<void>((ended) => response.once("close", ended))));
	server.on(
		"request",
		getRequestListener(
			(request, { incoming }) =>
				answer(request, addressOf(incoming.socket.remoteAddress, request.headers.get("x-forwarded-for"))),
			{ errorHandler: () => unreadable(edge) },
		),
	);
	const closing = async () => {
		release();
		await close(server, running, watches);
	};
	return { url, port, close: closing };
}

/** The address people open. */
function urlOf({ publicUrl, tls }: ServerOptions, port: number): string {
	return publicUrl ?? ownOrigin(tls ? "https" : "http", "localhost", port);
}

/** When to try again, for whoever was told that it was too often. */
function retryAfter(errors: readonly { cause?: unknown }[]): Record<string, string> {
	const isLimited = errors.some(({ cause }) => cause instanceof AppError && cause.code === "RATE_LIMITED");
	return isLimited ? { "retry-after": String(WINDOW) } : {};
}

/** Under which names and from which pages the server may be asked. */
function edgeOf(options: ServerOptions, port: number, report: EdgeOptions["report"]): EdgeOptions {
	const { publicUrl, allowedHosts, allowedOrigins } = options;
	const isPublicTls = publicUrl?.startsWith("https:") ?? false;
	const scheme = options.tls ? "https" : "http";
	const named = [...(publicUrl === null ? [] : [new URL(publicUrl).hostname]), ...allowedHosts];
	// Where there is TLS, a page that came without it could be anyone's.
	const own = isPublicTls && !options.tls ? LOOPBACK : [...LOOPBACK, ...named];
	const ownOrigins = own.map((host) => ownOrigin(scheme, host, port));
	return {
		hosts: new Set([...LOOPBACK, ...named]),
		ownOrigins: new Set(publicUrl === null ? ownOrigins : [publicUrl, ...ownOrigins]),
		otherOrigins: new Set(allowedOrigins),
		// Remembered by browsers for a name, it would shut out whatever else is at localhost.
		tls: isPublicTls || (options.tls != null && named.length > 0),
		report,
	};
}

/** The origin as browsers write it: without the port where that is the scheme's own. */
function ownOrigin(scheme: "http" | "https", host: string, port: number): string {
	return new URL(`${scheme}://${host}:${port}`).origin;
}

/** @returns the port */
function listen(server: HttpServer, { host, port }: ServerOptions): Promise<number> {
	return new Promise((resolve, reject) => {
		const refuse = (error: NodeJS.ErrnoException) => {
			const inUse = error.code === "EADDRINUSE";
			reject(inUse ? new AppError("PORT_IN_USE", { detail: String(port) }, { cause: error }) : error);
		};
		server.once("error", refuse);
		server.once("listening", () => {
			server.off("error", refuse);
			const address = server.address();
			resolve(typeof address === "object" && address ? address.port : port);
		});
		server.listen(port, host);
	});
}

async function close(server: HttpServer, running: Running, watches: Watches): Promise<void> {
	watches.end();
	const closed = new Promise<void>((resolve) => {
		server.close(() => resolve());
	});
	server.closeIdleConnections();
	await Promise.race([running.ended(), sleep(GRACE, undefined, { ref: false })]);
	server.closeAllConnections();
	await closed;
}

interface Parts {
	vault: Vault;
	limits: Limits;
	auth: Auth;
	origin: string;
	ways: NonNullable<Context["ways"]>;
	report: (error: unknown) => void;
	started: (work: Promise<unknown>) => void;
	watches: Watches;
}

async function contextOf(parts: Parts, request: Request, address: string | null): Promise<Context> {
	const { vault, origin, ways, report, started, watches, limits } = parts;
	const from = { headers: request.headers, address };
	const { caller, user } = await whoCalls(parts, from);
	// A watch that stays open keeps nobody signed in.
	const again = async () => (await whoCalls(parts, { ...from, disableRefresh: true })).caller;
	return { vault, origin, ways, report, started, watches, limits, address, caller, user, again };
}

interface From {
	headers: Headers;
	address: string | null;
	disableRefresh?: boolean;
}

/** A service token when one is sent, else the session of the browser, else nobody. */
async function whoCalls({ vault, auth }: Parts, from: From): Promise<Pick<Context, "caller" | "user">> {
	const { headers, address, disableRefresh = false } = from;
	const authorization = headers.get("authorization");
	if (authorization !== null) {
		const credential = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? "";
		return { caller: await tokens.verify(vault, credential, address), user: null };
	}
	const nobody = { caller: anonymous(address), user: null };
	if (!headers.has("cookie")) return nobody;
	const session = await auth.api.getSession({ headers, query: { disableRefresh } });
	if (!session) return nobody;
	const { id, name, email, role } = session.user;
	return { caller: sessionCaller(session, address), user: { id, name, email, role: role ?? "" } };
}

/** The same request with its body read as the edge reads it: better-auth would read it in a way of its own. */
async function asRead(request: Request): Promise<Request> {
	const { url, method, headers } = request;
	return new Request(url, { method, headers, body: method === "GET" ? null : await request.text() });
}

/** Everything but the procedures. */
function siteOf(parts: Parts, folder: string): Hono {
	const { auth, started } = parts;
	const site = new Hono();
	// The edge answers for what fails unexpectedly.
	site.onError((error) => {
		throw error;
	});
	site.all("/auth/*", async ({ req }) => {
		const handled = isAct(req) ? auth.handler(await asRead(req.raw)) : null;
		if (handled) started(handled);
		const answer = (await handled) ?? new Response(null, { status: 404 });
		answer.headers.set("cache-control", "no-store");
		return answer;
	});
	site.get("/healthz", (context) => context.json({ status: "ok" }));
	site.get("/readyz", () => readiness(parts));
	site.route("/", dashboard(folder));
	return site;
}

/**
 * Whether requests can be served. `degraded`, with files that are still to be written, is no reason to send people
 * elsewhere: the values are saved and applied, so it answers 200 like `ready`. `unavailable`, with 503, is a database that
 * cannot be read. Anyone may ask, so nothing is named: which file and why, the answer to the save says.
 */
async function readiness({ vault, report }: Parts): Promise<Response> {
	const pendingMirrors = vault.mirrors.pending().length;
	try {
		await vault.live.refresh();
	} catch (error) {
		report(error);
		return Response.json({ status: "unavailable", pendingMirrors }, { status: 503 });
	}
	return Response.json({ status: pendingMirrors === 0 ? "ready" : "degraded", pendingMirrors });
}
