/** A watch as it is on the wire: server-sent events, read one by one. https://html.spec.whatwg.org/multipage/server-sent-events.html */

export interface WireEvent {
	event: string;
	id: string | null;
	data: unknown;
}

export interface Stream {
	status: number;
	headers: Headers;
	/** The next event that is not about the connection itself; `null` when the connection has ended. */
	next(): Promise<WireEvent | null>;
	close(): void;
}

/** Open a subscription with a GET, as clients do. */
export async function openStream(
	url: string,
	path: string,
	{ input, headers }: { input: unknown; headers: Record<string, string> },
): Promise<Stream> {
	const gone = new AbortController();
	const target = `${url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
	const sent = { accept: "text/event-stream", ...headers };
	const answer = await fetch(target, { headers: sent, signal: gone.signal });
	// Read from the beginning: `fetch` gives up an answer that is collected before anyone does.
	const events = eventsOf((answer.body ?? new ReadableStream<Uint8Array>()).getReader());
	return {
		status: answer.status,
		headers: answer.headers,
		next: async () => {
			for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) })
				if (!["connected", "ping"].includes(event.event)) return event;
			return null;
		},
		close: () => gone.abort(),
	};
}

/** A connection that is cut ends like one that is closed. */
async function* eventsOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<WireEvent, undefined> {
	let text = "";
	const decoder = new TextDecoder();
	try {
		for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
			text += decoder.decode(piece.value, { stream: true });
			const blocks = text.split("\n\n");
			text = blocks.pop() ?? "";
			for (const block of blocks) if (block.trim() !== "") yield eventIn(block);
		}
	} catch (error) {
		if (!(error instanceof TypeError || (error as Error).name === "AbortError")) throw error;
	}
}

function eventIn(block: string): WireEvent {
	const fields = new Map(
		block
			.split("\n")
			.filter((line) => line !== "")
			.map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
	);
	const data = fields.get("data") ?? "";
	return {
		event: fields.get("event") ?? "message",
		id: fields.get("id") ?? null,
		data: data === "" ? null : JSON.parse(data),
	};
}
