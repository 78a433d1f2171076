/**
 * Saves and reads over HTTP, as a dashboard or an SDK makes them: a server in this process and the callers in another one. 64
 * saves at once share commits and writes of the file; against them, saves one after the other, each of which has its own.
 * Reading the 20 settings of an environment, against a procedure of the same server that only echoes; and that one with a token
 * and without.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "@holdfast/api";
import { openLog } from "@holdfast/api/log";
import { openVault, settings, tokens } from "@holdfast/vault";
import { admin, optionsIn } from "@holdfast/vault/test";
import { heading, line, ratio } from "./measure.ts";

const SETTINGS = 20;
const AT_ONCE = 64;
/** How long each way of calling is measured, in milliseconds, in turns of a fifth. */
const TIME = 5_000;
const TURNS = 5;
const MOST_TIMES = 8;

interface Order {
	port: number;
	/** `null` to come without one. */
	token: string | null;
	path: string;
	/** A body for a mutation; `null` for a query. `#` stands for a number that is another one each time. */
	body: string | null;
	lanes: number;
	time: number;
}

/** The caller: carries out an order, and answers how many calls a second were answered with 200. */
function call(agent: Agent, { port, token, path, body }: Order, n: number): Promise<void> {
	return new Promise((resolve, reject) => {
		const text = body?.replaceAll("#", String(n));
		const headers = {
			...(token !== null && { authorization: `Bearer ${token}` }),
			...(text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
		};
		const method = text === undefined ? "GET" : "POST";
		const sent = request({ agent, host: "127.0.0.1", port, path, method, headers }, (response) => {
			response.resume();
			response.once("end", () =>
				response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
			);
		});
		sent.once("error", reject);
		sent.end(text);
	});
}

async function serveOrders(): Promise<void> {
	const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
	let n = 0;
	process.on("message", async (order: Order) => {
		const end = performance.now() + order.time;
		let done = 0;
		const start = performance.now();
		const lane = async () => {
			while (performance.now() < end) {
				await call(agent, order, ++n);
				done += 1;
			}
		};
		await Promise.all(Array.from({ length: order.lanes }, lane));
		process.send?.((done * 1000) / (performance.now() - start));
	});
	process.once("disconnect", () => agent.destroy());
}

async function main(): Promise<void> {
	heading(`Over HTTP, ${SETTINGS} settings present`);
	const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
	const caller = fork(fileURLToPath(import.meta.url), ["caller"]);
	try {
		await using vault = await openVault(optionsIn(folder));
		const writes = Array.from({ length: SETTINGS }, (_, i) => ({
			name: `KEY_${i}`,
			value: `sk-${i}-`.padEnd(48, "abcdefgh"),
		}));
		await settings.save(vault, admin, { environment: "default", owner: "shared", writes });
		const permissions = ["settings.see", "settings.write"] as const;
		const { token } = await tokens.create(vault, admin, { label: "bench", permissions: [...permissions] });
		const dashboard = join(folder, "dashboard");
		mkdirSync(dashboard);
		writeFileSync(join(dashboard, "index.html"), "");
		const where = {
			host: "127.0.0.1",
			port: 0,
			publicUrl: null,
			allowedHosts: [],
			allowedOrigins: [],
			dashboard,
			callsPerMinute: 1e9,
		};
		const server = await startServer(vault, where, openLog("silent"));
		const save = {
			path: "/trpc/settings.save",
			body: JSON.stringify({ writes: [{ name: "KEY_1", value: "sk-#-abcdefghabcdefghabcdefghabcdefghabcdefgh" }] }),
		};
		const list = { path: `/trpc/settings.list?input=${encodeURIComponent("{}")}`, body: null };
		const echo = { path: "/trpc/health", body: null };
		const ask = async (order: Pick<Order, "path" | "body" | "lanes"> & Partial<Order>) => {
			caller.send({ token, ...order, port: server.port, time: TIME / TURNS });
			return (await once(caller, "message"))[0] as number;
		};
		const orders = {
			alone: { ...save, lanes: 1 },
			together: { ...save, lanes: AT_ONCE },
			list: { ...list, lanes: 8 },
			echo: { ...echo, lanes: 8 },
			anyone: { ...echo, lanes: 8, token: null },
		};
		const rates: Record<string, number[]> = {};
		for (let turn = 0; turn < TURNS; turn++)
			for (const [name, order] of Object.entries(orders)) rates[name] = [...(rates[name] ?? []), await ask(order)];
		const middle = (name: keyof typeof orders) =>
			rates[name]?.toSorted((a, b) => a - b)[Math.floor(TURNS / 2)] ?? Number.NaN;
		for (const name of Object.keys(orders) as (keyof typeof orders)[])
			line(`${name}: one call in`, 1000 / middle(name));
		console.log(
			`  saves a second: ${middle("alone").toFixed(0)} one after the other, ${middle("together").toFixed(0)} with ${AT_ONCE} at once`,
		);
		ratio("one after the other / together (1 / 8)", middle("alone") / middle("together"), 1 / MOST_TIMES);
		ratio("echo / settings.list, with a token", middle("echo") / middle("list"), 1 / 0.6);
		ratio("a read without / with a token", middle("anyone") / middle("echo"), 1 / 0.65);
		await server.close();
	} finally {
		caller.disconnect();
		rmSync(folder, { recursive: true, force: true });
	}
}

await (process.argv[2] === "caller" ? serveOrders() : main());
