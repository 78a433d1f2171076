/**
 * The server: procedures, sign-in, health and the dashboard on one port. Procedures are answered ahead of the router, which
 * is the fastest mounting there is; all of it passes the edge first.
 */

import type { Options } from "@holdfast/config/options";
import { AppError } from "@holdfast/contract";
import { anonymous, tokens, userCaller, type Vault } from "@holdfast/vault";
import { type HttpBindings, serve } from "@hono/node-server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Hono } from "hono";
import { ADDRESS_HEADER, type Auth, openAuth } from "./auth.ts";
import { dashboard } from "./dashboard.ts";
import { guarded } from "./edge.ts";
import { type Log, reportError } from "./log.ts";
import { appRouter } from "./router.ts";
import type { Context } from "./trpc.ts";

/** The most calls one request may carry. */
const BATCH_MAX = 50;
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

export interface Server {
	/** The address people open. */
	url: string;
	port: number;
	close(): Promise<void>;
}

export type ServerOptions = Pick<Options, "host" | "port" | "publicUrl" | "allowedHosts" | "allowedOrigins">;

/** Serve a vault. @throws AppError `PORT_IN_USE` */
export async function startServer(vault: Vault, options: ServerOptions, log: Log): Promise<Server> {
	let handler: (request: Request, address: string | null) => Response | Promise<Response> = () =>
		new Response(null, { status: 503 });
	const listening = await listen(options, (request, { incoming }: HttpBindings) =>
		handler(request, incoming.socket.remoteAddress ?? null),
	);
	const url = options.publicUrl ?? `http://localhost:${listening.port}`;
	const hosts = new Set([...LOOPBACK, new URL(url).hostname, ...options.allowedHosts]);
	const ownOrigins = new Set([url, ...[...hosts].map((host) => `http://${host}:${listening.port}`)]);
	const auth = openAuth(vault, { url, origins: [...ownOrigins], log });
	const edge = { hosts, ownOrigins, otherOrigins: new Set(options.allowedOrigins), tls: url.startsWith("https:") };
	const site = siteOf(vault, auth);
	const report = (error: unknown) => reportError(log, error);
	handler = (request, address) =>
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
				responseMeta: () => ({ headers: { "cache-control": "no-store" } }),
			});
		})(request);
	return { url, port: listening.port, close: listening.close };
}

interface Listening {
	port: number;
	close(): Promise<void>;
}

function listen(
	{ host, port }: ServerOptions,
	fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>,
): Promise<Listening> {
	return new Promise((resolve, reject) => {
		const server = serve({
			fetch: (request, bindings) => fetch(request, bindings as HttpBindings),
			hostname: host,
			port,
			// Slow clients do not hold a socket: this long for the headers, and for the whole request.
			serverOptions: { headersTimeout: 15_000, requestTimeout: 60_000 },
		});
		server.once("listening", () => {
			const address = server.address();
			const close = () =>
				new Promise<void>((closed) => {
					server.close(() => closed());
					if ("closeAllConnections" in server) server.closeAllConnections();
				});
			resolve({ port: typeof address === "object" && address ? address.port : port, close });
		});
		server.once("error", (error: NodeJS.ErrnoException) => {
			reject(
				error.code === "EADDRINUSE" ? new AppError("PORT_IN_USE", { detail: String(port) }, { cause: error }) : error,
			);
		});
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
function siteOf(vault: Vault, auth: Auth): Hono {
	const site = new Hono();
	site.on(["GET", "POST"], "/auth/*", async ({ req }) => {
		const answer = await auth.handler(req.raw);
		answer.headers.set("cache-control", "no-store");
		return answer;
	});
	site.get("/healthz", (context) => context.json({ status: "ok" }));
	site.get("/readyz", async (context) => {
		const pending = vault.mirrors.pending();
		await vault.live.refresh();
		return context.json({ status: pending.length === 0 ? "ready" : "degraded", mirrors: pending });
	});
	site.route("/", dashboard());
	return site;
}
