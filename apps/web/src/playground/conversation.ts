/**
 * The conversation of this tab: what was asked, what streamed back, which key served it.
 *
 * It is held in memory alone, outside the screen, so that a visit to AI settings to mend a key does not lose it, and a
 * reload does.
 */
import type { ChatEvent, SendChat } from "@holdfast/contract/schemas";
import { useSyncExternalStore } from "react";
import { client } from "../trpc.ts";

type Start = Extract<ChatEvent, { type: "start" }>;
type Finish = Extract<ChatEvent, { type: "finish" }>;

export interface Turn {
	id: number;
	question: string;
	answer: string;
	provider: string;
	environment: string;
	start: Start | null;
	finish: Finish | null;
	/** `stopped` by the person; `failed` with `error`. */
	state: "waiting" | "streaming" | "done" | "stopped" | "failed";
	error: unknown;
}

export type Target = Pick<SendChat, "environment" | "provider" | "model">;

let turns: readonly Turn[] = [];
let running: AbortController | null = null;
const listeners = new Set<() => void>();

export function useTurns(): readonly Turn[] {
	return useSyncExternalStore(subscribe, () => turns);
}

export async function send(question: string, target: Target): Promise<void> {
	const { environment, provider } = target;
	const id = turns.length + 1;
	const messages = [...history(turns), { role: "user" as const, content: question }];
	const blank = { answer: "", start: null, finish: null, state: "waiting" as const, error: null };
	replace([...turns, { id, question, provider, environment, ...blank }]);
	const abort = new AbortController();
	running = abort;
	try {
		for await (const event of await client.chat.send.mutate({ ...target, messages }, { signal: abort.signal })) {
			change(id, (turn) => after(turn, event));
		}
		change(id, (turn) => ({ ...turn, state: abort.signal.aborted ? "stopped" : "done" }));
	} catch (error) {
		change(id, (turn) => (abort.signal.aborted ? { ...turn, state: "stopped" } : { ...turn, state: "failed", error }));
	} finally {
		if (running === abort) running = null;
	}
}

export function stop(): void {
	running?.abort();
}

export function clear(): void {
	stop();
	replace([]);
}

export function isRunning(turn: Turn | undefined): boolean {
	return turn?.state === "waiting" || turn?.state === "streaming";
}

function after(turn: Turn, event: ChatEvent): Turn {
	switch (event.type) {
		case "start":
			return { ...turn, start: event };
		case "text":
			return { ...turn, state: "streaming", answer: turn.answer + event.text };
		case "finish":
			return { ...turn, finish: event };
	}
}

/** What the provider is told of earlier turns: those with both sides. */
function history(earlier: readonly Turn[]): SendChat["messages"] {
	return earlier
		.filter(({ answer }) => answer !== "")
		.flatMap(({ question, answer }) => [
			{ role: "user" as const, content: question },
			{ role: "assistant" as const, content: answer },
		]);
}

function change(id: number, edit: (turn: Turn) => Turn): void {
	replace(turns.map((turn) => (turn.id === id ? edit(turn) : turn)));
}

function replace(next: readonly Turn[]): void {
	turns = next;
	for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	return () => void listeners.delete(listener);
}
