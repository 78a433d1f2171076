/**
 * The server: procedures, sign-in, health and the dashboard on one port. Procedures are answered ahead of the router, which
 * is the fastest mounting there is; all of it passes the edge first.
 */

import { createServer, type Server as HttpServer } from "node:http";
import type { Options } from "@holdfast/config/options";
import { AppError } from "@holdfast/contract";
import { anonymous, tokens, userCaller, type Vault } from "@holdfast/vault";
import { getRequestListener } from "@hono/node-server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Hono } from "hono";
import { ADDRESS_HEADER, type Auth, isAccountPath, openAuth } from "./auth.ts";
import { dashboard } from "./dashboard.ts";
import { type EdgeOptions, guarded, unreadable } from "./edge.ts";
import { type Log, reportError } from "./log.ts";
import { appRouter } from "./router.ts";
import type { Context } from "./trpc.ts";

/** The most calls one request may carry. */
const BATCH_MAX = 50;
/** Slow clients do not hold a socket: milliseconds for the headers, and for the whole request. */
const TIME_LIMITS = { headersTimeout: 15_000, requestTimeout: 60_000 };
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

export interface Server {
	/** The address people open. */
	url: string;
	port: number;
	close(): Promise<void>;
}

export interface ServerOptions
	extends Pick<Options, "host" | "port" | "publicUrl" | "allowedHosts" | "allowedOrigins"> {
	/** The folder with the built dashboard. */
	dashboard: string;
}

/** Serve a vault. @throws AppError `PORT_IN_USE` */
export async function startServer(vault: Vault, options: ServerOptions, log: Log): Promise<Server> {
	const server = createServer(TIME_LIMITS);
	const port = await listen(server, options);
	const report = (error: unknown) => reportError(log, error);
	const edge = edgeOf(options, port, report);
	const url = options.publicUrl ?? ownOrigin("localhost", port);
	const auth = openAuth(vault, { url, origins: [...edge.ownOrigins], log });
	const site = siteOf(vault, auth, options.dashboard);
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
				createContext: () => contextOf({ vault, auth, report }, passed, address),
				maxBatchSize: BATCH_MAX,
				// Procedures report for themselves; this is for a caller who could not be told.
				onError: ({ error, ctx }) => {
					if (!ctx && error.code === "INTERNAL_SERVER_ERROR") report(error.cause ?? error);
				},
				responseMeta: () => ({ headers: { "cache-control": "no-store" } }),
			});
		})(request);
	server.on(
		"request",
		getRequestListener((request, { incoming }) => answer(request, incoming.socket.remoteAddress ?? null), {
			errorHandler: () => unreadable(edge),
		}),
	);
	return { url, port, close: () => close(server) };
}

/** Under which names and from which pages the server may be asked. */
function edgeOf(options: ServerOptions, port: number, report: EdgeOptions["report"]): EdgeOptions {
	const { publicUrl, allowedHosts, allowedOrigins } = options;
	const tls = publicUrl?.startsWith("https:") ?? false;
	const named = [...(publicUrl === null ? [] : [new URL(publicUrl).hostname]), ...allowedHosts];
	// Where there is TLS, a page that came without it could be anyone's.
	const plain = tls ? LOOPBACK : [...LOOPBACK, ...named];
	const ownOrigins = plain.map((host) => ownOrigin(host, port));
	return {
		hosts: new Set([...LOOPBACK, ...named]),
		ownOrigins: new Set(publicUrl === null ? ownOrigins : [publicUrl, ...ownOrigins]),
		otherOrigins: new Set(allowedOrigins),
		tls,
		report,
	};
}

/** The origin as browsers write it: without the port where that is HTTP's own. */
function ownOrigin(host: string, port: number): string {
	return new URL(`http://${host}:${port}`).origin;
}

/** @returns the port */
function listen(server: HttpServer, { host, port }: ServerOptions): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once("listening", () => {
			const address = server.address();
			resolve(typeof address === "object" && address ? address.port : port);
		});
		server.once("error", (error: NodeJS.ErrnoException) => {
			reject(
				error.code === "EADDRINUSE" ? new AppError("PORT_IN_USE", { detail: String(port) }, { cause: error }) : error,
			);
		});
		server.listen(port, host);
	});
}

function close(server: HttpServer): Promise<void> {
	return new Promise((closed) => {
		server.close(() => closed());
		server.closeAllConnections();
	});
}

interface Parts {
	vault: Vault;
	auth: Auth;
	report: (error: unknown) => void;
}

/** Who is calling: a service token when one is sent, else the session of the browser, else nobody. */
async function contextOf({ vault, auth, report }: Parts, request: Request, address: string | null): Promise<Context> {
	const authorization = request.headers.get("authorization");
	if (authorization !== null) {
		const credential = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? "";
		return { vault, caller: await tokens.verify(vault, credential, address), user: null, report };
	}
	if (!request.headers.has("cookie")) return { vault, caller: anonymous(address), user: null, report };
	const session = await auth.api.getSession({ headers: request.headers });
	if (!session) return { vault, caller: anonymous(address), user: null, report };
	const { id, name, email, role } = session.user;
	const user = { id, name, email, role: role ?? "" };
	return { vault, caller: userCaller(user, address), user, report };
}

/** Everything but the procedures. */
function siteOf(vault: Vault, auth: Auth, folder: string): Hono {
	const site = new Hono();
	// The edge answers for what fails unexpectedly.
	site.onError((error) => {
		throw error;
	});
	site.all("/auth/*", async ({ req }) => {
		const open = req.method === "POST" && isAccountPath(req.path);
		const answer = open ? await auth.handler(req.raw) : new Response(null, { status: 404 });
		answer.headers.set("cache-control", "no-store");
		return answer;
	});
	site.get("/healthz", (context) => context.json({ status: "ok" }));
	site.get("/readyz", async (context) => {
		const pending = vault.mirrors.pending();
		await vault.live.refresh();
		return context.json({ status: pending.length === 0 ? "ready" : "degraded", mirrors: pending });
	});
	site.route("/", dashboard(folder));
	return site;
}
