/**
 * The one way out to providers. It follows no redirect (a key must not travel to an address nobody entered), waits for no
 * server forever, reads no endless answer, asks no proxy of the environment's, and connects only where `addresses.ts` says.
 * Names are checked by the addresses that the connection itself uses, so that a name cannot change in between.
 */
import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { AppError } from "@holdfast/contract";
import type { Agent, RequestInit as AgentRequestInit } from "undici";
import { type Reach, reachOf } from "./addresses.ts";
import { isServiceUrl } from "./connection.ts";

/** Milliseconds. The answer's head covers a chat's wait for its first byte; the gap is between two pieces of an answer. */
const CONNECT_TIMEOUT = 10_000;
const HEAD_TIMEOUT = 30_000;
const GAP_TIMEOUT = 120_000;
const ANSWER_MAX_BYTES = 32 * 1024 * 1024;

/**
 * `fetch` for calls to a provider that is anywhere on the internet.
 *
 * @throws AppError `PROVIDER_URL` for anything but http(s) without user name. A refused redirect or address, a timeout and
 * a broken network are errors that `providerFailure` names.
 */
export const fetchAnywhere = fetchWithin(["any"]);

/** The same for a host that was named as a local one, with connections of its own: none outlives the naming. */
export const fetchLocal = fetchWithin(["any", "local"]);

function fetchWithin(allowed: readonly Reach[]): typeof globalThis.fetch {
	const check = (address: string) => {
		const reach = reachOf(address);
		return allowed.includes(reach) ? null : refused(reach);
	};
	let agent: Agent | undefined;
	return async (input, init) => {
		const url = URL.parse(input instanceof Request ? input.url : String(input));
		if (url === null || !isServiceUrl(url)) throw new AppError("PROVIDER_URL", { name: "The base URL" });
		const refusal = check(url.hostname);
		if (refusal) throw refusal;
		const undici = await import("undici");
		agent ??= new undici.Agent({
			connect: { timeout: CONNECT_TIMEOUT, lookup: lookupChecked(check) },
			headersTimeout: HEAD_TIMEOUT,
			bodyTimeout: GAP_TIMEOUT,
			maxResponseSize: ANSWER_MAX_BYTES,
		});
		// Node's own fetch takes no address check, so undici's is used; the two describe the same web types apart.
		const options = { ...init, redirect: "error", dispatcher: agent } as AgentRequestInit;
		return (await undici.fetch(url, options)) as unknown as Response;
	};
}

/** Refuses a name as soon as one of its addresses is refused: the connection may try any of them. */
function lookupChecked(check: (address: string) => Error | null): LookupFunction {
	return (hostname, options, callback) => {
		lookup(hostname, options, (error, address, family) => {
			const found = typeof address === "string" ? [{ address }] : (address ?? []);
			const refusal = found.map((entry) => check(entry.address)).find((each) => each !== null);
			callback(refusal ?? error, address, family);
		});
	};
}

/** In the form of Node's own refusals, by its code. */
function refused(reach: Reach): Error {
	return Object.assign(new Error("refused address"), { code: reach === "local" ? "ERR_IP_LOCAL" : "ERR_IP_BLOCKED" });
}
