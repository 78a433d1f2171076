/**
 * The server's log. Nothing that could hold a value is logged: no bodies, no query strings, and of an unexpected error only
 * its name, code and stack frames, because messages of libraries quote their input.
 */
import pino, { type Logger } from "pino";

export type Log = Logger;

/** A line of a stack that says where: `    at act (file:///…/act.ts:1:2)`. */
const FRAME = /^\s+at .*:\d+:\d+\)?$/;

export function openLog(level: string): Log {
	return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }));
}

export function reportError(log: Log, error: unknown): void {
	const { name, code, message, stack } = (error instanceof Error ? error : {}) as Error & { code?: unknown };
	// A message may have lines that look like frames.
	const frames = (stack ?? "")
		.replace(message || name, "")
		.split("\n")
		.filter((line) => FRAME.test(line));
	log.error(
		{ error: name ?? typeof error, code: typeof code === "string" ? code : undefined, frames },
		"unexpected failure",
	);
}
