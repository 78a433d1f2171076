/**
 * Which network addresses a call may reach. By default those that the whole internet can reach; the rest only for a host
 * that someone answerable for the instance named, and a machine's metadata service never.
 *
 * The ranges are those of the IANA special-purpose address registries (RFC 6890) that are not globally reachable, with
 * multicast and what is reserved.
 */
import { isIP } from "node:net";
import { AddressRanges, ipv4Inside } from "@holdfast/contract/addresses";

const SPECIAL_IPV4 = [
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.88.99.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/4",
	"240.0.0.0/4",
];

/** All that is not global unicast (2000::/3), and what of that is for protocols, documentation and tunnels. */
const SPECIAL_IPV6 = ["::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Link-local addresses (RFC 3927, RFC 4291) and the metadata services of AWS (IPv6), Alibaba, Azure and Oracle. */
const METADATA = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"];

const special = new AddressRanges([...SPECIAL_IPV4, ...SPECIAL_IPV6]);
const metadata = new AddressRanges(METADATA);

/** A network prefix through which IPv6 networks reach IPv4 (RFC 6052): what counts is the address inside. */
const NAT64 = new AddressRanges(["64:ff9b::/96"]);

/** `any` for an address of the internet, `local` for one that a named host may have, `never` for a metadata service. */
export type Reach = "any" | "local" | "never";

/** How an IP address may be reached. A text that is none is not judged: its addresses are, once they are looked up. */
export function reachOf(address: string): Reach {
	const plain = address.replace(/^\[|\]$|%.*$/g, "");
	if (isIP(plain) === 0) return "any";
	if (NAT64.has(plain)) return reachOf(ipv4Inside(plain));
	if (metadata.has(plain)) return "never";
	return special.has(plain) ? "local" : "any";
}
