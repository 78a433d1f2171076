/** The one error that is thrown on purpose: a row of the table with what it is about. */
import { ERRORS, type ErrorCode } from "./errors.ts";

export interface ErrorFields {
	/** The setting, file, provider or option the error is about. */
	name?: string;
	/** What is particular about this case. Never a value. */
	detail?: string;
}

/** The one error class. Its message is the table's sentence followed by the fix. */
export class AppError extends Error {
	override readonly name = "AppError";
	readonly code: ErrorCode;
	readonly fields: ErrorFields;

	/** By its form: an application may have several bundles of Holdfast, each with this class in it. */
	static override [Symbol.hasInstance](value: unknown): boolean {
		return value instanceof Error && value.name === "AppError" && "code" in value && "fields" in value;
	}

	constructor(code: ErrorCode, fields: ErrorFields = {}, options?: ErrorOptions) {
		super(errorMessage(code, fields), options);
		this.code = code;
		this.fields = fields;
	}

	get retryable(): boolean {
		return ERRORS[this.code].retryable;
	}
}

/** What a server said of an error: as it says it, since its table may be another edition. */
export function errorFromServer(said: { code: string; message: string; name?: string | null }): AppError {
	const code = Object.hasOwn(ERRORS, said.code) ? (said.code as ErrorCode) : "INTERNAL";
	const error = new AppError(code, said.name == null ? {} : { name: said.name });
	error.message = said.message;
	return error;
}

/** "GOOGLE_API_KEY is not set. Set it in AI Settings." */
export function errorMessage(code: ErrorCode, fields: ErrorFields = {}): string {
	const { message, fix } = ERRORS[code];
	return `${message} ${fix}`.replace(/\{(name|detail)\}/g, (_, field: keyof ErrorFields) => fields[field] ?? "it");
}
