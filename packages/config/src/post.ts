/** Asking a server's procedures from within an application: what is sent and how an answer is read. Loads no more than it needs. */
import type { ClientRequest, IncomingMessage } from "node:http";
import { AppError, backoff, errorFromServer, errorInShape, type ProcedurePath } from "@holdfast/contract";

export interface Server {
	url: string;
	token: string;
}

export interface Call extends Server {
	path: ProcedurePath;
	input: unknown;
	/** How many times it is tried, when what went wrong may be over in a moment. */
	tries: number;
}

/** In milliseconds. */
const PATIENCE = 10_000;

/**
 * Call a mutation that may be repeated.
 *
 * @throws AppError `SERVER_UNREACHABLE`, or what the server refuses.
 */
export async function post({ tries, ...call }: Call): Promise<unknown> {
	for (let tried = 1; ; tried++) {
		try {
			return await postOnce(call);
		} catch (error) {
			if (tried >= tries || !(error instanceof AppError) || !error.retryable) throw error;
		}
		await new Promise((resolve) => setTimeout(resolve, backoff(tried)).unref());
	}
}

async function postOnce({ url, token, path, input }: Omit<Call, "tries">): Promise<unknown> {
	const body = JSON.stringify(input);
	const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
	const answer = await request({ url, token }, { method: "POST", path, headers, body });
	let text = "";
	answer.setEncoding("utf8");
	try {
		for await (const chunk of answer) text += chunk;
	} catch (error) {
		throw unreachable(url, error);
	}
	return resultOf(url, answer.statusCode ?? 0, text);
}

interface Sent {
	method: "GET" | "POST";
	path: string;
	headers: Record<string, string | number>;
	body?: string;
	signal?: AbortSignal;
}

/** The answer once its head is there. Keeps no process running. @throws AppError `SERVER_UNREACHABLE` */
export function request({ url, token }: Server, { body, path, headers, ...how }: Sent): Promise<IncomingMessage> {
	const { request } = process.getBuiltinModule(url.startsWith("https:") ? "node:https" : "node:http");
	return new Promise((resolve, reject) => {
		const options = { ...how, agent: false, headers: { ...headers, authorization: `Bearer ${token}` } };
		const sent: ClientRequest = request(`${url}/trpc/${path}`, options, (answer) => {
			sent.setTimeout(0);
			resolve(answer);
		});
		sent.on("socket", (socket) => socket.unref());
		sent.setTimeout(PATIENCE, () => sent.destroy(new Error("it did not answer in time")));
		sent.on("error", (error) => reject(unreachable(url, error)));
		sent.end(body);
	});
}

function unreachable(url: string, cause: unknown): AppError {
	return new AppError("SERVER_UNREACHABLE", { detail: url }, { cause });
}

/** What a procedure gave. What does not answer as one does is not a Holdfast server, or a proxy before one that is down. */
export function resultOf(url: string, status: number, text: string): unknown {
	let answer: {
		result?: { data: unknown };
		error?: Parameters<typeof errorInShape>[0];
		code?: string;
		message?: string;
	} | null;
	try {
		answer = JSON.parse(text);
	} catch (error) {
		throw unreachable(url, error);
	}
	if (answer?.result) return answer.result.data;
	if (answer?.error) throw errorInShape(answer.error);
	// The edge of the server refuses before there is a procedure.
	if (answer?.code && answer.message) throw errorFromServer({ code: answer.code, message: answer.message });
	throw unreachable(url, new Error(`it answered with ${status}`));
}
