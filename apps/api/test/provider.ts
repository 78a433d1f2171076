/**
 * Google's AI played over real HTTP: `answering` gives one answer to all, for keys that are refused and bodies that echo
 * them; `google` streams chats by aimock and lists models, which aimock does not.
 */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { LLMock } from "@copilotkit/aimock";

export interface StandIn extends AsyncDisposable {
	url: string;
	/** The key of each request, in order. */
	keys: string[];
}

/** A provider that answers every request with a status and a body made from the request. */
export async function answering(
	status: number,
	body: (request: IncomingMessage) => string | Promise<string>,
	type = "application/json",
): Promise<StandIn> {
	return standIn(async (request, response) => {
		const text = await body(request);
		response.writeHead(status, { "content-type": type });
		response.end(text);
	});
}

const MODELS = { models: [{ name: "models/gemini-x", supportedGenerationMethods: ["generateContent"] }] };

/** A provider that takes one key, lists one model, and answers "hello" with "Hi there!". */
export async function google(key: string): Promise<StandIn> {
	const mock = new LLMock({ port: 0 });
	mock.onMessage("hello", { content: "Hi there!" });
	await mock.start();
	const front = await standIn(async (request, response) => {
		if (request.headers["x-goog-api-key"] !== key) {
			response.writeHead(401, { "content-type": "application/json" }).end('{"error":{"message":"bad key"}}');
		} else if (request.method === "GET") {
			response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(MODELS));
		} else {
			const pieces: Buffer[] = [];
			for await (const piece of request) pieces.push(piece as Buffer);
			const headers = { "content-type": "application/json" };
			const answer = await fetch(`${mock.url}${request.url}`, { method: "POST", headers, body: Buffer.concat(pieces) });
			response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
			response.end(await answer.text());
		}
	});
	return {
		...front,
		[Symbol.asyncDispose]: async () => {
			await front[Symbol.asyncDispose]();
			await mock.stop();
		},
	};
}

async function standIn(answer: RequestListener): Promise<StandIn> {
	const keys: string[] = [];
	const server = createServer((request, response) => {
		keys.push(String(request.headers["x-goog-api-key"] ?? request.headers.authorization ?? ""));
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		keys,
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
