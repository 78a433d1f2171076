/**
 * Which values a setting may have, and how a value is shown without showing it. The mask is never a value: what looks
 * like one is refused, so that no form can save dots over a key.
 */

/** The longest value, in bytes of UTF-8. */
export const VALUE_MAX_BYTES = 64 * 1024;

export type ValueProblem =
	| "VALUE_HAS_NUL"
	| "VALUE_HAS_CR"
	| "VALUE_NOT_UNICODE"
	| "VALUE_TOO_LONG"
	| "VALUE_IS_MASK"
	| "VALUE_EMPTY";

/** Secrets shorter than this show no characters at all: four of them would be too much of the whole. */
const SHOWN_FROM_LENGTH = 12;
const DOTS = "••••";

/**
 * Why a value may not be saved, as an error code; `null` when it may.
 *
 * NUL ends a C string, so `process.env` would cut the value there; a carriage return is read differently by different
 * readers of `.env` files; a lone surrogate has no UTF-8. None is saved in a changed form: it is refused.
 */
export function valueProblem(value: string): ValueProblem | null {
	if (value === "") return "VALUE_EMPTY";
	if (value.includes("\0")) return "VALUE_HAS_NUL";
	if (value.includes("\r")) return "VALUE_HAS_CR";
	if (!value.isWellFormed()) return "VALUE_NOT_UNICODE";
	if (new TextEncoder().encode(value).length > VALUE_MAX_BYTES) return "VALUE_TOO_LONG";
	if (looksMasked(value)) return "VALUE_IS_MASK";
	return null;
}

/** Text as forms and logs print a secret: dots first, nothing but asterisks, or asterisks before a few last characters. */
export function looksMasked(value: string): boolean {
	return /^[•●]{3,}/u.test(value) || /^\*{3,}[A-Za-z0-9_-]{0,6}$/.test(value) || value === "[secret]";
}

/** A secret as it may be shown: dots, and the last four characters when the value is long enough to spare them. */
export function mask(value: string): string {
	return value.length >= SHOWN_FROM_LENGTH ? DOTS + value.slice(-4) : DOTS;
}
