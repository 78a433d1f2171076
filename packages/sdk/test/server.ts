/** A real server in a folder of its own, as the built command starts it, with a token: `await using server = await testServer()`. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createHoldfast, type Holdfast, type HoldfastOptions } from "../src/index.ts";

const COMMAND = fileURLToPath(new URL("../../../apps/cli/bin/holdfast.mjs", import.meta.url));

export interface TestServer extends AsyncDisposable {
	folder: string;
	url: string;
	/** May do all that settings can have done to them. */
	token: string;
	client(more?: Partial<HoldfastOptions>): Holdfast;
	save(values: Record<string, string>): Promise<number>;
	/** Run the command on the data folder. */
	command(...args: string[]): Promise<string>;
	kill(): Promise<void>;
	start(): Promise<void>;
}

/** `more` goes into the server's environment. */
export async function testServer(more: Record<string, string> = {}): Promise<TestServer> {
	const folder = mkdtempSync(join(tmpdir(), "holdfast-sdk-"));
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const env = { PATH: process.env.PATH ?? "", HOME: folder, HOLDFAST_PORT: String(port), ...more };
	const clients: Holdfast[] = [];
	let child: ChildProcess | null = null;

	const start = async () => {
		const started = spawn(process.execPath, [COMMAND, "start"], {
			cwd: folder,
			env,
			stdio: ["ignore", "pipe", "ignore"],
		});
		child = started;
		let log = "";
		await new Promise<void>((resolve, reject) => {
			started.stdout.on("data", (chunk) => {
				log += chunk;
				if (/Holdfast is at/.test(log)) resolve();
			});
			started.once("exit", () => reject(new Error(`the server ended: ${log}`)));
		});
	};
	const kill = async () => {
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		const gone = once(child, "exit");
		child.kill("SIGKILL");
		await gone;
	};
	const command = async (...args: string[]) => {
		const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...args], { cwd: folder, env });
		return stdout.trim();
	};
	await start();
	const token = await command(...["token", "create", "--label", "test", "--permission"], ...PERMISSIONS);
	const client = (more: Partial<HoldfastOptions> = {}) => {
		const made = createHoldfast({ url, token, ...more });
		clients.push(made);
		return made;
	};
	const saving = client();
	return {
		folder,
		url,
		token,
		client,
		async save(values) {
			const writes = Object.entries(values).map(([name, value]) => ({ name, value }));
			return (await saving.settings.save.mutate({ writes })).revision;
		},
		command,
		kill,
		start,
		async [Symbol.asyncDispose]() {
			for (const each of clients) each.close();
			await kill();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

const PERMISSIONS = ["settings.see", "settings.write", "settings.reveal", "environments.write"];

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}
