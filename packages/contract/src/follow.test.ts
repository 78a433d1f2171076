import { expect, test } from "vitest";
import { AppError } from "./app-error.ts";
import type { ERRORS } from "./errors.ts";
import { type Following, follow } from "./follow.ts";

const CONNECTED = "event: connected\ndata: {}\n\n";

function refusal(code: keyof typeof ERRORS): string {
	const shape = { message: "no", data: { app: { code, name: null } } };
	return `${CONNECTED}event: serialized-error\ndata: ${JSON.stringify(shape)}\n\n`;
}

const told = (revision: number) => `${CONNECTED}data: ${JSON.stringify({ revision })}\nid: ${revision}\n\n`;

/** Follow a server that answers each connection as given, and the last way from then on, until so many tries failed. */
async function following(answers: string[], most: number) {
	const tries: number[] = [];
	const revisions: number[] = [];
	const ended = new AbortController();
	let connections = 0;
	const source: Following = {
		after: null,
		signal: ended.signal,
		open: async () => bytesOf(answers[Math.min(connections++, answers.length - 1)] ?? ""),
		// A connection's silence is longer than any test.
		pause: (milliseconds) => (milliseconds >= 40_000 ? new Promise(() => {}) : Promise.resolve()),
		failed: (_, count) => {
			tries.push(count);
			if (tries.length === most) ended.abort();
		},
	};
	for await (const revision of follow(source)) revisions.push(revision);
	return { tries, revisions };
}

async function* bytesOf(text: string) {
	yield new TextEncoder().encode(text);
}

test("a server that refuses each connection for the moment is asked ever less often, though it answers each", async () => {
	expect(await following([refusal("RATE_LIMITED")], 5)).toEqual({ tries: [1, 2, 3, 4, 5], revisions: [] });
});

test("one that has told something is asked again soon", async () => {
	const answers = [refusal("DATABASE_BUSY"), refusal("DATABASE_BUSY"), told(7), refusal("DATABASE_BUSY")];
	expect(await following(answers, 5)).toEqual({ tries: [1, 2, 1, 2, 3], revisions: [7] });
});

test("what no retry can mend ends it", async () => {
	await expect(following([refusal("TOKEN_REFUSED")], 2)).rejects.toThrow(AppError);
});
