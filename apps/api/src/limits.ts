/**
 * How often one may call, in a minute: whoever is signed in or has a token by who that is, and everyone by the network address
 * as well. Counted per call, so that a batch is as many as it has. Held in memory, by each server for itself.
 */
import { isIPv6 } from "node:net";
import { AppError, type ProcedurePath } from "@holdfast/contract";
import { plainAddress } from "@holdfast/contract/addresses";
import { anonymous, type Caller } from "@holdfast/vault";
import { RateLimiterMemory } from "rate-limiter-flexible";

/** In seconds. */
export const WINDOW = 60;
/** Calls that nobody answers for, without a credential or with one that is not taken, are this part of what one may make. */
const UNKNOWN = 1 / 10;
/** Those who share an address, such as a company's, have this many times as much as one of them. */
const SHARED = 10;
/** What a provider is asked for, and somebody pays. */
const PROVIDER_MAX = 600;
const OF_PROVIDERS: ReadonlySet<string> = new Set([
	"providers.test",
	"providers.models",
	"chat.send",
] satisfies ProcedurePath[]);
/** Tries at one account's password, whatever address they come from, in ten minutes. */
const TRIES = { points: 20, duration: 600 };
/** Mails to one account, asked for by whoever knows its address, in an hour. */
const MAILS = { points: 3, duration: 3600 };

export class Limits {
	readonly #calls: RateLimiterMemory;
	readonly #addresses: RateLimiterMemory;
	readonly #unknown: RateLimiterMemory;
	readonly #provider = new RateLimiterMemory({ points: PROVIDER_MAX, duration: WINDOW });
	readonly #tries = new RateLimiterMemory(TRIES);
	readonly #mails = new RateLimiterMemory(MAILS);

	constructor(callsPerMinute: number) {
		this.#calls = new RateLimiterMemory({ points: callsPerMinute, duration: WINDOW });
		this.#unknown = new RateLimiterMemory({ points: Math.ceil(callsPerMinute * UNKNOWN), duration: WINDOW });
		this.#addresses = new RateLimiterMemory({ points: callsPerMinute * SHARED, duration: WINDOW });
	}

	/** @throws AppError `RATE_LIMITED` when this call is one too many. */
	async call(caller: Caller | null, { path, address }: { path: string; address: string | null }): Promise<void> {
		const from = address === null ? "nowhere" : networkOf(address);
		if (caller === null || caller.actor === anonymous(null).actor) return take(this.#unknown, from);
		await take(this.#calls, caller.actor);
		await take(this.#addresses, from);
		if (OF_PROVIDERS.has(path)) await take(this.#provider, caller.actor);
	}

	/** One more try at an account's password. @throws AppError `RATE_LIMITED` */
	try(account: string): Promise<void> {
		return take(this.#tries, account);
	}

	/** One more mail to an account. @throws AppError `RATE_LIMITED` */
	mail(account: string): Promise<void> {
		return take(this.#mails, account);
	}

	/** It was the right one. */
	async succeeded(account: string): Promise<void> {
		await this.#tries.delete(account);
	}
}

async function take(limiter: RateLimiterMemory, key: string): Promise<void> {
	try {
		await limiter.consume(key);
	} catch {
		throw new AppError("RATE_LIMITED");
	}
}

/** What an address is counted as: of IPv6 the network of 64 bits that one household or machine has. */
export function networkOf(address: string): string {
	const plain = plainAddress(address);
	if (!isIPv6(plain)) return plain;
	const [head = "", tail] = new URL(`http://[${plain.replace(/%.*$/, "")}]`).hostname.slice(1, -1).split("::");
	const groups = (text: string | undefined) => (text ? text.split(":") : []);
	const zeros = Array<string>(Math.max(0, 8 - groups(head).length - groups(tail).length)).fill("0");
	const all = tail === undefined ? groups(head) : [...groups(head), ...zeros, ...groups(tail)];
	return `${all.slice(0, 4).join(":")}::/64`;
}
