/** The one error that this package throws: what the server's table of errors says, as something a program can act on. */
import type { AppRouter } from "@holdfast/api/router";
import { AppError, ERRORS, type ErrorCode, errorFromServer } from "@holdfast/contract";
import { TRPCClientError } from "@trpc/client";

/** A row of the table of errors. One of a newer server may have a code that this edition does not list. */
interface Said {
	code: ErrorCode;
	message: string;
	fix: string;
	retryable: boolean;
	/** The setting, file or provider that it is about. */
	subject: string | null;
}

/**
 * What went wrong. `message` is for people and ends with what to do, which is `fix` by itself. Neither holds a value.
 * `retryable` says whether the same call may succeed in a moment.
 */
export class HoldfastError extends TRPCClientError<AppRouter> {
	readonly code: ErrorCode;
	readonly fix: string;
	readonly retryable: boolean;
	readonly subject: string | null;

	constructor({ code, message, fix, retryable, subject }: Said, cause?: Error) {
		super(message, cause && { cause });
		// The class below sets its own.
		Object.setPrototypeOf(this, HoldfastError.prototype);
		this.name = "HoldfastError";
		this.code = code;
		this.fix = fix;
		this.retryable = retryable;
		this.subject = subject;
	}
}

/** Whatever a call failed with, as the one error; `null` when the caller broke it off. */
export function asHoldfastError(error: unknown, url: string): HoldfastError | null {
	if (error instanceof HoldfastError) return error;
	if (error instanceof AppError) return ofTable(error);
	if (!(error instanceof TRPCClientError)) return unreachable(url, error);
	const { data, message, cause } = error as TRPCClientError<AppRouter>;
	if (data) {
		const { code, name: subject, retryable, fix } = data.app;
		return new HoldfastError({ code, message, fix, retryable, subject }, error);
	}
	if (cause instanceof HoldfastError) return cause;
	return cause?.name === "AbortError" ? null : unreachable(url, error);
}

export function ofTable(error: AppError): HoldfastError {
	const { code, message, fields, retryable } = error;
	return new HoldfastError({ code, message, fix: ERRORS[code].fix, retryable, subject: fields.name ?? null }, error);
}

/** Nothing answers, or what does is not Holdfast: it may be down, or a proxy before it. */
export function unreachable(url: string, cause?: unknown): HoldfastError {
	const code = "SERVER_UNREACHABLE";
	const message = `No Holdfast server answers at ${url}.`;
	const fix = "Start one there, or check the address given to createHoldfast.";
	const said = { code, message: `${message} ${fix}`, fix, retryable: true, subject: null } as const;
	return new HoldfastError(said, cause instanceof Error ? cause : undefined);
}

/** What an answer that is no procedure's says: the edge of the server refuses, or it is no Holdfast server that speaks. */
export function refusalIn(url: string, text: string): HoldfastError | null {
	let said: { code?: unknown; message?: unknown; error?: unknown };
	try {
		said = JSON.parse(text);
	} catch (error) {
		return unreachable(url, error);
	}
	if (Array.isArray(said) || said?.error !== undefined) return null;
	if (typeof said?.code !== "string" || typeof said.message !== "string") return unreachable(url);
	return ofTable(errorFromServer({ code: said.code, message: said.message }));
}
