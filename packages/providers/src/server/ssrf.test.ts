/** FAULTS 36: no spelling of an address, and no name server that changes its mind, leads where nobody may be led. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { providerOf, valuesFor } from "../../test/call.ts";
import { answering, type StandIn } from "../../test/stand-in.ts";
import { reachOf } from "./addresses.ts";
import { testProvider } from "./index.ts";

/** What the name server answers for the names of a test, one answer after the other, over and over. */
const answers = new Map<string, { list: readonly (readonly string[])[]; asked: number }>();

vi.mock("node:dns", async (importOriginal) => {
	const dns = await importOriginal<typeof import("node:dns")>();
	const lookup = (name: string, options: { all?: boolean }, callback: (...given: unknown[]) => void) => {
		const known = answers.get(name.replace(/\.$/, ""));
		if (!known) return dns.lookup(name, options, callback);
		const found = (known.list[known.asked++ % known.list.length] ?? []).map((address) => ({
			address,
			family: address.includes(":") ? 6 : 4,
		}));
		// In a later turn, as a name server's answer comes.
		setImmediate(() => (options.all ? callback(null, found) : callback(null, found[0]?.address, found[0]?.family)));
	};
	return { ...dns, lookup };
});

let server: StandIn;
let port: string;
/** Every address that a socket of this process began to connect to. */
const attempts: string[] = [];
const onSocket = (message: unknown) => {
	(message as { socket: Socket }).socket.on("connectionAttempt", (address: string) => attempts.push(address));
};

beforeAll(async () => {
	server = await answering(200, { data: [] }, { connection: "close" });
	port = new URL(server.url).port;
	subscribe("net.client.socket", onSocket);
});

afterAll(async () => {
	unsubscribe("net.client.socket", onSocket);
	await server[Symbol.asyncDispose]();
});

const REFUSED = new Set(["local-address", "wrong-url"]);

async function outcomeAt(url: string, localHosts: string[] = []) {
	const provider = providerOf("local");
	return (await testProvider(provider, valuesFor(provider, url), { localHosts })).outcome;
}

const FORBIDDEN = [
	"127.0.0.1",
	"127.0.0.53",
	"127.255.255.254",
	"0.0.0.0",
	"0.1.2.3",
	"10.0.0.1",
	"10.255.255.255",
	"172.16.0.1",
	"172.31.255.254",
	"192.168.0.1",
	"192.168.255.254",
	"100.64.0.1",
	"100.100.100.200",
	"169.254.1.1",
	"169.254.169.254",
	"168.63.129.16",
	"192.0.0.192",
	"192.0.2.1",
	"198.18.0.1",
	"198.51.100.7",
	"203.0.113.9",
	"224.0.0.1",
	"239.255.255.250",
	"240.0.0.1",
	"255.255.255.255",
];

/** One IPv4 address as URLs may spell it. */
function spellings(address: string): string[] {
	const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
	const whole = ((a * 256 + b) * 256 + c) * 256 + d;
	const hex = (n: number) => `0x${n.toString(16)}`;
	const octal = (n: number) => `0${n.toString(8)}`;
	const wide = (text: string) => text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
	const ringed = (text: string) =>
		text.replace(/[1-9]/g, (n) => String.fromCodePoint(0x245f + Number(n))).replace(/0/g, "⓪");
	const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
	return [
		address,
		`${address}.`,
		String(whole),
		hex(whole),
		hex(whole).toUpperCase().replace("X", "x"),
		octal(whole),
		[a, b, c, d].map(hex).join("."),
		[a, b, c, d].map(octal).join("."),
		`${hex(a)}.${octal(b)}.${c}.${d}`,
		`${a}.${b}.${c * 256 + d}`,
		`${a}.${(b * 256 + c) * 256 + d}`,
		`000000${octal(a)}.${b}.${c}.${d}`,
		wide(address),
		ringed(address),
		address.replaceAll(".", "。"),
		address.replaceAll(".", "．"),
		address.replace(/\d/g, (digit) => `%3${digit}`),
		`[::ffff:${address}]`,
		`[::ffff:${groups}]`,
		`[0:0:0:0:0:FFFF:${groups}]`,
		`[::${address}]`,
		`[64:ff9b::${address}]`,
		`[64:ff9b::${groups}]`,
		`[2002:${groups}::1]`,
	];
}

const HOSTS = [
	...FORBIDDEN.flatMap(spellings),
	"localhost",
	"LOCALHOST",
	"localhost.",
	"ｌｏｃａｌｈｏｓｔ",
	"%6c%6f%63%61%6c%68%6f%73%74",
	"0",
	"[::]",
	"[::1]",
	"[0:0:0:0:0:0:0:1]",
	"[0000::0001]",
	"[fe80::1]",
	"[fec0::1]",
	"[fc00::1]",
	"[fd00:ec2::254]",
	"[fd12:3456:789a::1]",
	"[ff02::1]",
	"[2001::1]",
	"[2001:db8::1]",
	"[2001:0:7f00:1::]",
	"[64:ff9b:1::1]",
	"[100::1]",
	"[3fff::1]",
	"[5f00::1]",
];

test("FAULTS 36: of hundreds of spellings of addresses that nobody named, none is connected to", async () => {
	expect(HOSTS.length).toBeGreaterThan(300);
	attempts.length = 0;
	const before = server.requests.length;
	for (const host of HOSTS) {
		const outcome = await outcomeAt(`http://${host}:${port}/v1`);
		// Not every system knows its own name by a final dot.
		expect([host, REFUSED.has(outcome) || (host === "localhost." && outcome === "network")]).toEqual([host, true]);
	}
	expect([attempts, server.requests.length]).toEqual([[], before]);
});

test("FAULTS 36: schemes, user names and odd URLs lead nowhere either", async () => {
	attempts.length = 0;
	const urls = ["file", "ftp", "gopher", "data", "javascript", "ws", "unix"].map(
		(scheme) => `${scheme}://127.0.0.1:${port}/`,
	);
	urls.push(
		`http://user@127.0.0.1:${port}/`,
		`http://a:b@localhost:${port}/`,
		`//127.0.0.1:${port}`,
		`http:\\\\127.0.0.1:${port}`,
	);
	urls.push(
		`http://example.com@127.0.0.1:${port}/`,
		`http://127.0.0.1:${port}#@example.com/`,
		`http://127.1:${port}\\@example.com`,
	);
	for (const url of urls) expect([url, REFUSED.has(await outcomeAt(url))]).toEqual([url, true]);
	expect(attempts).toEqual([]);
});

test("FAULTS 36: a name with one forbidden address among its addresses is refused, whatever their order", async () => {
	attempts.length = 0;
	const mixed = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"];
	for (const [n, bad] of mixed.entries()) {
		for (const list of [
			[bad],
			["93.184.216.34", bad],
			[bad, "93.184.216.34"],
			["2606:2800::1", "93.184.216.34", bad],
		]) {
			answers.set(`mixed-${n}.test`, { list: [list], asked: 0 });
			expect(REFUSED.has(await outcomeAt(`http://mixed-${n}.test:${port}/v1`))).toBe(true);
		}
	}
	expect(attempts).toEqual([]);
});

test("FAULTS 36: in a hundred races a name that changes its address is connected to only where it may be", async () => {
	attempts.length = 0;
	const before = server.requests.length;
	let allowed = 0;
	for (let race = 0; race < 100; race++) {
		const name = `rebind-${race}.test`;
		const never = ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "::ffff:169.254.169.254"][race % 4] ?? "";
		const turns = race % 2 === 0 ? [["127.0.0.1"], [never]] : [[never], ["127.0.0.1", never], ["127.0.0.1"]];
		answers.set(name, { list: turns, asked: 0 });
		const url = `http://${name}:${port}/v1`;
		// Someone named it as a local host, and its name server means to have metadata fetched.
		const outcomes = await Promise.all([1, 2, 3, 4].map(() => outcomeAt(url, [name])));
		allowed += outcomes.filter((outcome) => outcome === "works").length;
		expect(outcomes.every((outcome) => outcome === "works" || outcome === "wrong-url")).toBe(true);
	}
	expect(allowed).toBeGreaterThan(100);
	expect([new Set(attempts), server.requests.length - before]).toEqual([new Set(["127.0.0.1"]), allowed]);
});

test("a host that was named is reached, with its port or without, and no other port by the name with one", async () => {
	for (const named of ["127.0.0.1", `127.0.0.1:${port}`])
		expect(await outcomeAt(`${server.url}/v1`, [named])).toBe("works");
	for (const named of ["127.0.0.1:1", "127.0.0.2", "localhost", ""])
		expect(await outcomeAt(`${server.url}/v1`, [named])).toBe("local-address");
});

test("a host that is named no more is not reached through a connection that was left open", async () => {
	await using lasting = await answering(200, { data: [] });
	expect(await outcomeAt(`${lasting.url}/v1`, ["127.0.0.1"])).toBe("works");
	expect(await outcomeAt(`${lasting.url}/v1`)).toBe("local-address");
	expect(lasting.requests).toHaveLength(1);
});

test("local AI that listens where it usually does needs no naming; another provider on that address does", async () => {
	const [ollama, openai] = [providerOf("ollama"), providerOf("openai")];
	const usual = "http://127.0.0.1:11434";
	expect((await testProvider(ollama, valuesFor(ollama, usual))).outcome).not.toBe("local-address");
	expect((await testProvider(openai, valuesFor(openai, usual))).outcome).toBe("local-address");
});

test("the addresses of the internet are reached, also through NAT64", () => {
	for (const address of [
		"8.8.8.8",
		"1.1.1.1",
		"172.32.0.1",
		"100.128.0.1",
		"2606:4700::1111",
		"64:ff9b::808:808",
		"64:ff9b::8.8.8.8",
	])
		expect([address, reachOf(address)]).toEqual([address, "any"]);
	expect(reachOf("64:ff9b::7f00:1")).toBe("local");
	expect(reachOf("64:ff9b::a9fe:a9fe")).toBe("never");
});
