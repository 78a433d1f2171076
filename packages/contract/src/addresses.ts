/** Sets of network addresses, as single ones and CIDR ranges of both families. For Node alone. */
import { BlockList, isIP, isIPv6 } from "node:net";

/** IPv4 in IPv6's clothes (RFC 4291, 2.5.5.2). */
const MAPPED = new BlockList();
MAPPED.addSubnet("::ffff:0:0", 96, "ipv6");

/** The last 32 bits of an IPv6 address as an IPv4 one. */
export function ipv4Inside(address: string): string {
	const [high = "", low = ""] = new URL(`http://[${address}]`).hostname.slice(1, -1).split(":").slice(-2);
	const groups = [high, low].map((group) => Number.parseInt(group || "0", 16));
	return groups.flatMap((group) => [group >> 8, group & 255]).join(".");
}

/** An IPv4 address that is written as one of IPv6 in its own form; any other as it is. */
export function plainAddress(address: string): string {
	return isIPv6(address) && MAPPED.check(address, "ipv6") ? ipv4Inside(address) : address;
}

export class AddressRanges {
	/** Apart: in one list, an IPv4 address would be looked for in the ranges of IPv6 as well, as mapped into them. */
	readonly #ipv4 = new BlockList();
	readonly #ipv6 = new BlockList();

	/** @throws when one of them is neither an address nor a range. */
	constructor(ranges: readonly string[]) {
		for (const range of ranges) {
			const [network = "", prefix] = range.split("/");
			const family = isIPv6(network) ? "ipv6" : "ipv4";
			const list = family === "ipv6" ? this.#ipv6 : this.#ipv4;
			if (prefix === undefined) list.addAddress(network, family);
			else list.addSubnet(network, Number(prefix), family);
		}
	}

	/** Whether an address is in one of them. One of IPv4 in IPv6's clothes counts as what it is; what is none is in none. */
	has(address: string): boolean {
		if (isIP(address) === 0) return false;
		const plain = plainAddress(address);
		return isIPv6(plain) ? this.#ipv6.check(plain, "ipv6") : this.#ipv4.check(plain, "ipv4");
	}
}
