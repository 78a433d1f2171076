/**
 * What is saved, from a server. An application waits for it at its start, so a thread of its own asks: that was measured to
 * take as long as a child process, which would have to be given the token by another way.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { AppError, errorFromServer } from "@holdfast/contract";
import type { HydratedSettings, WorkerIdentity } from "@holdfast/contract/schemas";
import type { Answer, Asked } from "./ask.ts";
import type { Options } from "./options.ts";
import type { Call, Server } from "./post.ts";
import { type Saved, usualFiles } from "./values.ts";

/** How often a server that is just starting again is asked at boot; and how long all of it may take, in milliseconds. */
const TRIES = 5;
const PATIENCE = 30_000;

/** @throws AppError `OPTION_INVALID` */
export function serverOf({ url, token }: Options): Server {
	if (url !== null && token !== null) return { url, token };
	throw new AppError("OPTION_INVALID", { name: "HOLDFAST_TOKEN", detail: "it must be set where HOLDFAST_URL is" });
}

/** @throws AppError `SERVER_UNREACHABLE`, or what the server refuses. */
export function readRemote(options: Options, environment: string, watches: boolean): Saved {
	const input = { environment, ...(watches && { worker: identity(environment) }) };
	const call: Call = { ...serverOf(options), path: "settings.hydrate", input, tries: TRIES };
	const { revision, values } = askNow(call) as HydratedSettings;
	return savedOf(environment, revision, values ?? []);
}

const ids = new Map<string, string>();

/** This process, as others are told of it: with an id for each environment that it has. */
export function identity(environment: string): WorkerIdentity {
	const id = ids.get(environment) ?? randomUUID();
	ids.set(environment, id);
	return { id, host: shown(hostname(), 255) || "unknown", pid: process.pid, program: shown(programOf(process), 100) };
}

/** Code that stands on the command line, after which even the first argument is the application's own. */
const EVALUATES = /^(-e|-p|-pe|--eval|--print)(=|$)/;

/** The base name of what runs, never of an argument. */
export function programOf({
	argv,
	execArgv,
	execPath,
}: Pick<NodeJS.Process, "argv" | "execArgv" | "execPath">): string {
	const [, script] = argv;
	const isScript = script !== undefined && isAbsolute(script) && !execArgv.some((each) => EVALUATES.test(each));
	return basename(isScript ? script : execPath);
}

/** Without the characters that the server refuses, since a terminal obeys some of them. */
function shown(text: string, most: number): string {
	return text.slice(0, most).replace(/\p{C}/gu, "");
}

/** As it would be read from a data folder. The `.env` files are those of this machine, and none is a mirror elsewhere. */
export function savedOf(environment: string, revision: number, values: NonNullable<HydratedSettings["values"]>): Saved {
	const from = (isOwn: boolean) => {
		const some = values.filter(({ place }) => (place === environment) === isOwn);
		return new Map(some.map(({ name, value, version }) => [name, { value, secret: true, version }]));
	};
	return { revision, own: from(true), base: from(false), files: usualFiles(environment) };
}

function askNow(call: Call): unknown {
	const { port1, port2 } = new MessageChannel();
	const done = new SharedArrayBuffer(4);
	const workerData = { call, port: port2 as unknown as Asked["port"], done } satisfies Asked;
	// Without the options of this process: one of them may be what has us hydrate.
	const how = { workerData, transferList: [port2], execArgv: [], env: {}, stdout: true, stderr: true };
	const worker = new Worker(join(import.meta.dirname, "ask.cjs"), how);
	worker.unref();
	Atomics.wait(new Int32Array(done), 0, 0, PATIENCE);
	const answer: Answer | undefined = receiveMessageOnPort(port1)?.message;
	port1.close();
	void worker.terminate();
	if (!answer) throw new AppError("SERVER_UNREACHABLE", { detail: call.url });
	if ("error" in answer) throw errorFromServer(answer.error);
	return answer.result;
}
