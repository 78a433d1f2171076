/** A way to a PostgreSQL server that can be cut: after, before or around the statement that commits. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * `answer`: the commit is carried out, and its answer lost. `question`: the commit never arrives. `late`: the client is cut
 * off, and the commit arrives while it is asking again.
 */
export type Cut = "answer" | "question" | "late";

export interface Proxy extends AsyncDisposable {
	port: number;
	/** Cut the connection of the next commit that passes. */
	cutNext(how: Cut): void;
	/** End every connection there is, and with `refuse` take no more until it is called without. */
	cutAll(refuse?: boolean): void;
	/** How many commits were cut. */
	readonly cuts: number;
}

/** How a transaction's end looks on the wire: a simple query message. */
const COMMIT = Buffer.from("commit\0");

export async function testProxy(target: number): Promise<Proxy> {
	let next: Cut | null = null;
	let cuts = 0;
	let refuses = false;
	const open = new Set<Socket>();

	const server = createServer((client) => {
		if (refuses) return void client.destroy();
		const upstream = connect(target, "127.0.0.1");
		for (const socket of [client, upstream]) {
			open.add(socket);
			socket.on("error", () => {});
			socket.on("close", () => open.delete(socket));
		}
		let held = false;
		const end = () => {
			client.destroy();
			if (!held) upstream.destroy();
		};
		client.on("data", (data) => {
			if (next === null || !data.subarray(-COMMIT.length).equals(COMMIT)) return void upstream.write(data);
			const how = next;
			next = null;
			cuts += 1;
			if (how === "question") return end();
			held = true;
			void carryOut(how, { client, upstream, data });
		});
		upstream.on("data", (data) => {
			if (!held) client.write(data);
		});
		client.on("close", end);
		upstream.on("close", () => client.destroy());
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	return {
		port: typeof address === "object" && address ? address.port : 0,
		cutNext(how) {
			next = how;
		},
		cutAll(refuse = false) {
			refuses = refuse;
			for (const socket of open) socket.destroy();
		},
		get cuts() {
			return cuts;
		},
		async [Symbol.asyncDispose]() {
			for (const socket of open) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function carryOut(how: Cut, { client, upstream, data }: { client: Socket; upstream: Socket; data: Buffer }) {
	if (how === "late") {
		client.destroy();
		await sleep(300);
	}
	upstream.write(data);
	await once(upstream, "data");
	client.destroy();
	upstream.destroy();
}
