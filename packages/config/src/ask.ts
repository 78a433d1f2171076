/** The thread that asks a server while the application waits, which is not to run before it has its settings. */
import { workerData } from "node:worker_threads";
import { AppError } from "@holdfast/contract";
import { type Call, post } from "./post.ts";

export interface Asked {
	call: Call;
	port: MessagePort;
	/** Set to 1 once the answer is there. */
	done: SharedArrayBuffer;
}

export type Answer = { result: unknown } | { error: { code: string; message: string } };

const { call, port, done } = workerData as Asked;
// Its connections keep no process running, and this thread has to run until there is an answer.
const running = setInterval(() => {}, 1_000);
void answer().then((given) => {
	port.postMessage(given);
	Atomics.store(new Int32Array(done), 0, 1);
	Atomics.notify(new Int32Array(done), 0);
	clearInterval(running);
});

async function answer(): Promise<Answer> {
	try {
		return { result: await post(call) };
	} catch (error) {
		const { code, message } = error instanceof AppError ? error : new AppError("INTERNAL");
		return { error: { code, message } };
	}
}
