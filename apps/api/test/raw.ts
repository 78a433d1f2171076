/** Bytes to a port and back, for requests that no HTTP client would send. */
import { createConnection, type Socket } from "node:net";

/** How long a silent server is waited for, in milliseconds, whether or not it has answered. */
const SILENCE = 2_000;

/** Send bytes, then read until the server closes the connection or falls silent. A reset is an end like any other. */
export function rawExchange(port: number, text: string | Uint8Array): Promise<string> {
	return new Promise((resolve) => {
		const pieces: Buffer[] = [];
		const socket = connect(port);
		const end = () => {
			socket.destroy();
			resolve(Buffer.concat(pieces).toString("latin1"));
		};
		socket.setTimeout(SILENCE, end);
		socket.on("data", (piece) => pieces.push(piece));
		socket.on("error", end);
		socket.on("close", end);
		socket.write(text);
	});
}

/** A connection that is left open by the test. */
export function connect(port: number): Socket {
	return createConnection({ port, host: "127.0.0.1" });
}

/** The text of a request with these headers, as it goes over the wire. */
export function wire(first: string, headers: Record<string, string>, body = ""): string {
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
	return [`${first} HTTP/1.1`, ...lines, "", body].join("\r\n");
}

/** The status of a raw answer; 0 when there was none. */
export function statusOf(answer: string): number {
	return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
