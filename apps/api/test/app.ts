/**
 * A real server over a real vault in a folder of its own: `await using app = await testApp()`. Whatever the server says, in
 * answers or in its log, is kept, so that a test can search it; anything printed to the console fails the test.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PERMISSIONS, type Permission } from "@holdfast/contract";
import type { ChatEvent, SendChat } from "@holdfast/contract/schemas";
import { openVault, tokens, type Vault, type VaultOptions } from "@holdfast/vault";
import { admin, onSqlite, optionsIn, type SqliteVault, testFolder } from "@holdfast/vault/test";
import { createTRPCClient, httpBatchStreamLink, type TRPCClient, TRPCClientError } from "@trpc/client";
import pino from "pino";
import { vi } from "vitest";
import type { AppRouter } from "../src/router.ts";
import { type ServerOptions, startServer } from "../src/server.ts";
import { setForward } from "./clock.ts";
import { rawExchange } from "./raw.ts";

/** An answer read to its end. */
export interface Answer {
	url: string;
	status: number;
	headers: Headers;
	text: string;
	json(): unknown;
}

export interface Credential {
	token?: string;
	cookie?: string;
}

export interface TestApp<V extends Vault = SqliteVault> extends AsyncDisposable {
	vault: V;
	/** The server's own address, by number: `http://127.0.0.1:<port>`. */
	url: string;
	port: number;
	folder: string;
	logs: string[];
	answers: Answer[];
	request(path: string, init?: RequestInit): Promise<Answer>;
	/** POST a procedure or an account's endpoint as the dashboard does; `more` replaces headers, `null` leaves one out. */
	post(path: string, body: unknown, more?: Record<string, string | null>): Promise<Answer>;
	get(path: string, input: unknown, more?: Record<string, string>): Promise<Answer>;
	/** Send bytes as they are and read until the server closes or has answered. */
	raw(text: string | Uint8Array): Promise<string>;
	/** A service token with these permissions, `all` of them if so asked. */
	token(permissions: readonly Permission[] | "all", environments?: string[]): Promise<string>;
	/** Claim the instance and give back the `Cookie` header of its owner's session. */
	claim(): Promise<string>;
	client(credential?: Credential): TRPCClient<AppRouter>;
}

type SendChatInput = Omit<SendChat, "environment"> & { environment?: string };

/** Milliseconds after which no limit remembers the app before. */
const TRIES_FORGOTTEN = 120_000;

export const PASSWORD = "a pass phrase of the owner";
export const EMAIL = "owner@example.test";
const ALL = Object.keys(PERMISSIONS) as Permission[];

interface TestAppOptions {
	/** A folder to share with another app, which removes it. */
	folder?: string;
	server?: Partial<ServerOptions>;
	vault?: Partial<VaultOptions>;
}

export function testApp(options: TestAppOptions = {}): Promise<TestApp> {
	return testAppOf(async (given) => onSqlite(await openVault(given)), options);
}

/** An app whose vault is in the PostgreSQL database at an address. */
export function postgresApp(databaseUrl: string, options: TestAppOptions = {}): Promise<TestApp<Vault>> {
	return testAppOf(openVault, { ...options, vault: { ...options.vault, databaseUrl } });
}

async function testAppOf<V extends Vault>(
	open: (options: VaultOptions) => Promise<V>,
	options: TestAppOptions,
): Promise<TestApp<V>> {
	const own = options.folder === undefined ? testFolder() : null;
	const folder = options.folder ?? own?.path ?? "";
	const logs: string[] = [];
	const log = pino({ level: "debug", base: null }, { write: (line: string) => void logs.push(line) });
	const warn = (message: string) => log.warn(message);
	setForward(TRIES_FORGOTTEN);
	const printed = watchConsole();
	const vault = await open(optionsIn(folder, { warn, ...options.vault }));
	// The providers that are played here listen on this machine, which someone has allowed.
	await vault.storage.commit({ policy: { localHosts: ["127.0.0.1", "localhost"] }, audit: [] });
	const dashboard = builtDashboard(folder);
	const served = { host: "127.0.0.1", port: 0, publicUrl: null, allowedHosts: [], allowedOrigins: [], dashboard };
	const server = await startServer(vault, { ...served, ...options.server }, log);
	const { answers, fetch, settled } = recorder();
	const url = `http://127.0.0.1:${server.port}`;

	const request = async (path: string, init?: RequestInit) => answerOf(await fetch(new URL(path, url).href, init));
	const post: TestApp["post"] = (path, body, more = {}) => {
		const headers = Object.entries({ "content-type": "application/json", origin: url, ...more });
		const sent = headers.filter((header): header is [string, string] => header[1] !== null);
		return request(path, {
			method: "POST",
			headers: sent,
			body: typeof body === "string" ? body : JSON.stringify(body),
		});
	};
	return {
		vault,
		url,
		port: server.port,
		folder,
		logs,
		answers,
		request,
		post,
		get: (path, input, headers = {}) =>
			request(`${path}?input=${encodeURIComponent(JSON.stringify(input))}`, { headers }),
		raw: async (text) => {
			const answer = await rawExchange(server.port, text);
			const [head = "", ...body] = answer.split("\r\n\r\n");
			answers.push(
				answerFrom("raw", { status: 0, headers: new Headers({ head: encodeURIComponent(head) }) }, body.join()),
			);
			return answer;
		},
		token: async (permissions, environments) => {
			const input = { label: "test", permissions: permissions === "all" ? ALL : [...permissions] };
			return (await tokens.create(vault, admin, { ...input, ...(environments && { environments }) })).token;
		},
		claim: async () => {
			const body = { name: "Owner", email: EMAIL, password: PASSWORD, claimCode: vault.claimCode };
			const answer = await post("/auth/sign-up/email", body);
			if (answer.status !== 200) throw new Error(`claiming answered ${answer.status}`);
			return cookieOf(answer);
		},
		client: (credential = {}) => clientOf(url, credential, fetch),
		async [Symbol.asyncDispose]() {
			await settled();
			await server.close();
			await vault[Symbol.asyncDispose]();
			own?.[Symbol.dispose]();
			const lines = printed();
			if (lines.length > 0) throw new Error(`printed to the console: ${lines.join("\n")}`);
		},
	};
}

function clientOf(url: string, credential: Credential, fetch: typeof globalThis.fetch): TRPCClient<AppRouter> {
	const link = httpBatchStreamLink({ url: `${url}/trpc`, headers: headersOf(credential), fetch: fetch as never });
	return createTRPCClient<AppRouter>({ links: [link] });
}

/** A dashboard of one page and one asset. */
function builtDashboard(folder: string): string {
	const path = join(folder, "dashboard");
	mkdirSync(join(path, "assets"), { recursive: true });
	writeFileSync(join(path, "index.html"), "<!doctype html><title>Holdfast</title>");
	writeFileSync(join(path, "assets", "page-0123.js"), "export {};");
	return path;
}

/** The `Cookie` header that a browser would send after this answer. */
export function cookieOf({ headers }: Answer): string {
	return headers
		.getSetCookie()
		.map((cookie) => cookie.split(";")[0])
		.join("; ");
}

export function headersOf({ token, cookie }: Credential): Record<string, string> {
	return { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(cookie !== undefined && { cookie }) };
}

/** The code of the error a client's call ends in; `null` when it ends well. */
export async function refusal(call: Promise<unknown>): Promise<string | null> {
	try {
		await call;
		return null;
	} catch (error) {
		if (!(error instanceof TRPCClientError)) throw error;
		return (error as TRPCClientError<AppRouter>).data?.app.code ?? error.message;
	}
}

/** A chat's events to its end. */
export async function chat(client: TRPCClient<AppRouter>, input: SendChatInput): Promise<ChatEvent[]> {
	const events: ChatEvent[] = [];
	for await (const event of await client.chat.send.mutate(input)) events.push(event);
	return events;
}

function answerFrom(url: string, { status, headers }: Pick<Answer, "status" | "headers">, text: string): Answer {
	return { url, status, headers, text, json: () => JSON.parse(text) };
}

async function answerOf(response: Response): Promise<Answer> {
	return answerFrom(response.url, response, await response.text());
}

/** `fetch` that keeps a copy of every answer. */
function recorder() {
	const answers: Answer[] = [];
	const reading: Promise<unknown>[] = [];
	const recorded = async (input: string | URL | Request, init?: RequestInit) => {
		const response = await globalThis.fetch(input, init);
		const kept = answerOf(response.clone()).then(
			(answer) => answers.push(answer),
			(error: Error) => answers.push(answerFrom(response.url, response, error.message)),
		);
		reading.push(kept);
		return response;
	};
	return { answers, fetch: recorded as typeof globalThis.fetch, settled: () => Promise.all(reading) };
}

/** Nothing may print past the log: gives what was printed, and stops watching. */
function watchConsole(): () => string[] {
	const lines: string[] = [];
	const methods = ["debug", "error", "info", "log", "warn"] as const;
	const spies = methods.map((method) =>
		vi.spyOn(console, method).mockImplementation((...parts) => void lines.push(parts.map(String).join(" "))),
	);
	return () => {
		for (const spy of spies) spy.mockRestore();
		return lines;
	};
}
