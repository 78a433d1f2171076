/**
 * What went wrong, in the words of the error table. The server sends its sentence and its code; what never reached the
 * server is said in the dashboard's own words.
 */
import { ERRORS, type ErrorCode } from "@holdfast/contract";
import { TRPCClientError } from "@trpc/client";
import { z } from "zod";

export interface Failure {
	sentence: string;
	/** `null` for a failure that did not come from the server. */
	code: ErrorCode | null;
	/** The setting, provider or environment it is about. */
	name: string | null;
	retryable: boolean;
}

/** A failure that is said already: of an act under /auth, or of the browser's own. */
export class Refused extends Error {
	readonly code: string | null;

	constructor(sentence: string, code: string | null = null) {
		super(sentence);
		this.code = code;
	}
}

export const UNREACHABLE =
	"The Holdfast server does not answer. Check that `holdfast start` is running, then try again.";
const NO_CLIPBOARD = "The browser gives this page no clipboard. Reveal the value and copy it by hand.";
const UNEXPECTED = "The dashboard failed in an unexpected way. Reload the page.";

/** The part of a tRPC error's data that Holdfast adds. */
const Data = z.object({
	app: z.object({ code: z.string(), name: z.string().nullable(), retryable: z.boolean() }).nullable(),
});

export function describe(error: unknown): Failure {
	if (error instanceof Refused) {
		const { message, code } = error;
		return { sentence: message, code: isErrorCode(code) ? code : null, name: null, retryable: false };
	}
	if (!(error instanceof TRPCClientError)) {
		const sentence = error instanceof DOMException && error.name === "NotAllowedError" ? NO_CLIPBOARD : UNEXPECTED;
		return { sentence, code: null, name: null, retryable: false };
	}
	const data = Data.safeParse(error.data);
	if (!data.success) return { sentence: UNREACHABLE, code: null, name: null, retryable: true };
	const app = data.data.app;
	return {
		sentence: error.message,
		code: (app?.code ?? null) as ErrorCode | null,
		name: app?.name ?? null,
		retryable: app?.retryable ?? false,
	};
}

export function isErrorCode(code: string | null | undefined): code is ErrorCode {
	return typeof code === "string" && Object.hasOwn(ERRORS, code);
}
