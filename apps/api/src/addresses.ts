/**
 * Where a request came from. What proxies say of that is believed from those alone that were named, and from the nearest back:
 * whoever calls may have written the rest. Of X-Forwarded-Host and -Proto nothing is: HOLDFAST_PUBLIC_URL says both.
 */
import { isIP } from "node:net";
import { AddressRanges, plainAddress } from "@holdfast/contract/addresses";

/** Gives the address of the client of a connection, in IPv4's own form where it is one. */
export function clientAddresses(trustedProxies: readonly string[]) {
	const trusted = new AddressRanges(trustedProxies);
	return (peer: string | undefined, forwarded: string | null): string | null => {
		if (peer === undefined) return null;
		const hops = forwarded === null ? [] : forwarded.split(",").map((hop) => plainAddress(hop.trim()));
		let address = plainAddress(peer);
		while (trusted.has(address)) {
			const before = hops.pop();
			if (before === undefined || isIP(before) === 0) break;
			address = before;
		}
		return address;
	};
}

/** Where the server puts the address a request came from, after removing what the client may have sent under that name. */
export const ADDRESS_HEADER = "x-holdfast-address";

/** The address the server put there. */
export function addressOf({ headers }: { headers?: Headers | undefined }): string | null {
	return headers?.get(ADDRESS_HEADER) ?? null;
}
