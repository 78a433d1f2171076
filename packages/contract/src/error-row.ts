/** What each row of the tables of errors says. */

/** The tRPC code each error travels under; see https://trpc.io/docs/server/error-handling. */
export type TransportCode =
	| "BAD_REQUEST"
	| "UNAUTHORIZED"
	| "FORBIDDEN"
	| "NOT_FOUND"
	| "CONFLICT"
	| "PRECONDITION_FAILED"
	| "PAYLOAD_TOO_LARGE"
	| "TOO_MANY_REQUESTS"
	| "INTERNAL_SERVER_ERROR"
	| "BAD_GATEWAY"
	| "SERVICE_UNAVAILABLE"
	| "GATEWAY_TIMEOUT";

export interface ErrorRow {
	transport: TransportCode;
	retryable: boolean;
	/** The sentence; `{name}` and `{detail}` are filled from the error's own fields. */
	message: string;
	/** What to do about it: one sentence. */
	fix: string;
}

export const row = (transport: TransportCode, message: string, fix: string, retryable = false): ErrorRow => ({
	transport,
	retryable,
	message,
	fix,
});
