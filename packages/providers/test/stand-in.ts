/**
 * A provider played over real HTTP, for what aimock does not do: echo keys, redirect, hang, break off. It keeps what it
 * was asked, so that a test can look for a key where none belongs.
 */
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export interface StandIn extends AsyncDisposable {
	url: string;
	requests: { method: string; url: string; headers: IncomingHttpHeaders }[];
}

export async function standIn(answer: RequestListener): Promise<StandIn> {
	const requests: StandIn["requests"] = [];
	const server = createServer((request, response) => {
		requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		requests,
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** A server that always answers like this. */
export function answering(status: number, body: unknown, headers: Record<string, string> = {}): Promise<StandIn> {
	return standIn((_, response) => {
		const json = typeof body !== "string";
		response.writeHead(status, { "content-type": json ? "application/json" : "text/html", ...headers });
		response.end(json ? JSON.stringify(body) : body);
	});
}
