/**
 * The one way out to providers. It follows no redirect (a key must not travel to an address nobody entered), waits for no
 * server forever, reads no endless answer, and connects to no cloud's metadata service, where machines get their
 * credentials. Names are checked by the addresses that the connection itself uses, so a name cannot change in between.
 */
import { lookup } from "node:dns";
import { BlockList, isIP, isIPv6, type LookupFunction } from "node:net";
import { AppError } from "@holdfast/contract";
import type { Agent, RequestInit as AgentRequestInit } from "undici";
import { isServiceUrl } from "./connection.ts";

/** Milliseconds. The answer's head covers a chat's wait for its first byte; the gap is between two pieces of an answer. */
const CONNECT_TIMEOUT = 10_000;
const HEAD_TIMEOUT = 30_000;
const GAP_TIMEOUT = 120_000;
const ANSWER_MAX_BYTES = 32 * 1024 * 1024;

/** Link-local addresses (RFC 3927, RFC 4291) and the metadata services of AWS (IPv6), Alibaba, Azure and Oracle. */
const METADATA = new BlockList();
METADATA.addSubnet("169.254.0.0", 16, "ipv4");
METADATA.addSubnet("fe80::", 10, "ipv6");
METADATA.addAddress("fd00:ec2::254", "ipv6");
METADATA.addAddress("100.100.100.200", "ipv4");
METADATA.addAddress("168.63.129.16", "ipv4");
METADATA.addAddress("192.0.0.192", "ipv4");

let agent: Agent | undefined;

/**
 * `fetch` for calls to providers.
 *
 * @throws AppError `PROVIDER_URL` for anything but http(s) without user name. A refused redirect or address, a timeout and
 * a broken network are errors that `providerFailure` names.
 */
export const providerFetch: typeof globalThis.fetch = async (input, init) => {
	const url = URL.parse(input instanceof Request ? input.url : String(input));
	if (url === null || !isServiceUrl(url)) throw new AppError("PROVIDER_URL", { name: "The base URL" });
	if (isMetadata(url.hostname.replace(/^\[|\]$/g, ""))) throw blocked();
	const undici = await import("undici");
	agent ??= new undici.Agent({
		connect: { timeout: CONNECT_TIMEOUT, lookup: checkedLookup },
		headersTimeout: HEAD_TIMEOUT,
		bodyTimeout: GAP_TIMEOUT,
		maxResponseSize: ANSWER_MAX_BYTES,
	});
	// Node's own fetch takes no address check, so undici's is used; the two describe the same web types apart.
	const options = { ...init, redirect: "error", dispatcher: agent } as AgentRequestInit;
	return (await undici.fetch(url, options)) as unknown as Response;
};

const checkedLookup: LookupFunction = (hostname, options, callback) => {
	lookup(hostname, options, (error, address, family) => {
		const found = typeof address === "string" ? [{ address }] : (address ?? []);
		const refusal = found.some((entry) => isMetadata(entry.address)) ? blocked() : error;
		callback(refusal, address, family);
	});
};

/** Whether this is an IP address, also one of IPv4 in IPv6's clothes, that is never connected to. */
function isMetadata(address: string): boolean {
	return isIP(address) !== 0 && METADATA.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** In the form of Node's own refusal, by its code. */
function blocked(): Error {
	return Object.assign(new Error("blocked address"), { code: "ERR_IP_BLOCKED" });
}
