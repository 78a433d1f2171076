/**
 * An application of another machine, as a program of its own: it takes an environment's values when it is told to on its
 * input, and goes on saying what it holds. `take` takes them; `inherit NAME` has it keep a value of its own.
 */
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";

const REPORT_EVERY = 2_000;

const { HOLDFAST_URL, HOLDFAST_TOKEN, HOLDFAST_ENVIRONMENT: environment } = process.env;
const worker = { id: randomUUID(), host: "build-7.example", pid: process.pid, program: "chat.mjs" };
const inherited: string[] = [];
let revision = 0;

async function call(procedure: string, input: unknown): Promise<{ revision: number }> {
	const headers = { authorization: `Bearer ${HOLDFAST_TOKEN}`, "content-type": "application/json" };
	const answer = await fetch(`${HOLDFAST_URL}/trpc/${procedure}`, {
		method: "POST",
		headers,
		body: JSON.stringify(input),
	});
	if (!answer.ok) throw new Error(`${procedure}: ${answer.status}`);
	return ((await answer.json()) as { result: { data: { revision: number } } }).result.data;
}

const report = () => call("workers.report", { ...worker, environment, revision, inherited });

// A server that is away is told again the next time.
setInterval(() => report().catch(() => undefined), REPORT_EVERY);

for await (const line of createInterface(process.stdin)) {
	const [word, name = ""] = line.split(" ");
	if (word === "take") revision = (await call("settings.hydrate", { environment, worker })).revision;
	if (word === "inherit") inherited.push(name);
	await report();
	process.stdout.write(`holds ${revision}\n`);
}
process.exit();
