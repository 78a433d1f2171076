/**
 * The base of every procedure: who is calling, that the procedures table knows it, and how errors leave the server.
 * Only what `formatError` lists reaches a client; causes, stacks and echoes of the input do not.
 */
import { AppError, ERRORS, type ErrorCode, errorMessage, PROCEDURES } from "@holdfast/contract";
import type { Me } from "@holdfast/contract/schemas";
import { anonymous, type Caller, type Vault } from "@holdfast/vault";
import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import type { Limits } from "./limits.ts";
import type { Watches } from "./watches.ts";

export interface Context {
	vault: Vault;
	/** `null` when a credential was sent that is not valid. */
	caller: Caller | null;
	user: { id: string; name: string; email: string; role: string } | null;
	/** Where people open the dashboard, as it is configured: what links begin with. */
	origin: string;
	/** How people may get in, where there is a server that lets them. */
	ways?: Me["ways"];
	/** Told of failures inside Holdfast. */
	report: (error: unknown) => void;
	/** Told of each procedure as it starts, by who has to wait for its end before anything is closed. */
	started?: (work: Promise<unknown>) => void;
	/** Who is calling, by what the credential sent is worth at the moment of asking; where it may end before the call does. */
	again?: () => Promise<Caller | null>;
	/** The watches of the server, and how often one may call; where there is one. */
	watches?: Watches;
	limits?: Limits;
	/** Where the request came from. */
	address?: string | null;
}

/** Milliseconds. A connection that was cut without a word is found out by either side, and connected again. */
const HEARTBEAT = { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } };

const t = initTRPC.context<Context>().create({
	isDev: false,
	sse: HEARTBEAT,
	errorFormatter({ error, shape }) {
		const { code, fields } = appErrorOf(error);
		const { retryable, fix, transport } = ERRORS[code];
		const app = { code, name: fields.name ?? null, retryable, fix };
		const { httpStatus, path } = shape.data;
		return { message: errorMessage(code, fields), code: shape.code, data: { code: transport, httpStatus, path, app } };
	},
});

export const router = t.router;

/** Gives the vault's errors their transport code, so that the HTTP status says what the error table says. */
const translate = t.middleware(async ({ ctx, next }) => {
	const work = next();
	ctx.started?.(work);
	const result = await work;
	if (result.ok) return result;
	const { cause } = result.error;
	if (cause instanceof AppError) throw asTransport(cause);
	if (result.error.code === "INTERNAL_SERVER_ERROR") ctx.report(cause ?? result.error);
	return result;
});

/** Counts each call, those of a batch one by one. */
const counted = t.middleware(async ({ ctx: { limits, caller, address = null }, path, next }) => {
	await limits?.call(caller, { path, address });
	return next();
});

/** A procedure that anyone may call. */
export const open = t.procedure.use(translate).use(counted);

/** A procedure for callers with a valid credential. What it needs beyond that, `vault` decides. */
export const authed = open.use(({ ctx, next }) => {
	return next({ ctx: { ...ctx, caller: present(ctx.caller) } });
});

/** @throws AppError `TOKEN_REFUSED`, `SIGNED_OUT` */
export function present(caller: Caller | null): Caller {
	if (caller === null) throw new AppError("TOKEN_REFUSED");
	if (caller.actor === anonymous(null).actor) throw new AppError("SIGNED_OUT");
	return caller;
}

/** The router given. @throws Error naming a procedure that has no row in the procedures table: nothing says who may call it. */
export function listed<T extends { _def: { procedures: object } }>(given: T): T {
	const stray = Object.keys(given._def.procedures).find((path) => !Object.hasOwn(PROCEDURES, path));
	if (stray !== undefined) throw new Error(`The procedure ${stray} has no row in PROCEDURES.`);
	return given;
}

export function asTransport(error: AppError): TRPCError {
	return new TRPCError({ code: ERRORS[error.code].transport, message: error.message, cause: error });
}

/** The row of the error table that a failure shows to a client. */
function appErrorOf({ code, cause }: TRPCError): { code: ErrorCode; fields: AppError["fields"] } {
	if (cause instanceof AppError) return cause;
	if (cause instanceof z.ZodError) {
		const detail = cause.issues.map(({ path, code }) => `${path.map(String).join(".") || "input"}: ${code}`).join(", ");
		return { code: "INPUT_INVALID", fields: { detail } };
	}
	const known: Partial<Record<TRPCError["code"], ErrorCode>> = {
		NOT_FOUND: "NO_SUCH_PROCEDURE",
		METHOD_NOT_SUPPORTED: "NO_SUCH_PROCEDURE",
		UNSUPPORTED_MEDIA_TYPE: "NOT_JSON",
		PAYLOAD_TOO_LARGE: "TOO_LARGE",
		BAD_REQUEST: "INPUT_INVALID",
		PARSE_ERROR: "NOT_JSON",
	};
	return { code: known[code] ?? "INTERNAL", fields: {} };
}
