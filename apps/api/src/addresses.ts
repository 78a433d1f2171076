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
