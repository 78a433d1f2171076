/**
 * What runs a script: a folder of its own, real processes with an environment of their own, and an eye on two rules that
 * hold in every script: no secret is written to standard error, and none is on the command line of any process.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { testFolder } from "@holdfast/vault/test";
import type { Line, Script } from "./script.ts";

const HOLDFAST = fileURLToPath(new URL("../bin/holdfast.mjs", import.meta.url));
/** How long a program may take to say what is awaited, in milliseconds: only a failure takes as long. */
const PATIENCE = 30_000;
/** Files whose names begin so hold secrets. */
const SECRET = /^secret/;

interface Running {
	child: ChildProcess;
	stdout: string;
	stderr: string;
	/** The exit code, or the name of the signal it ended by; rejects when it could not be run. */
	ended: Promise<number | string>;
}

interface Ended {
	status: number | string;
	stdout: string;
	stderr: string;
}

type Command = (shell: Shell, words: string[], negated: boolean) => Promise<void> | void;

export class Shell implements AsyncDisposable {
	readonly folder = testFolder();
	readonly variables = new Map([
		["PATH", `${dirname(process.execPath)}${delimiter}${process.env.PATH}`],
		["HOLDFAST_PORT", "0"],
	]);
	readonly running = new Map<string, Running>();
	readonly secrets: readonly string[];
	stdin = "";
	/** Beside it there is room for folders that are not below it. */
	cwd: string = join(this.folder.path, "work");
	/** The program that ended last. */
	last: Ended = { status: 0, stdout: "", stderr: "" };

	constructor(files: Script["files"]) {
		mkdirSync(this.cwd);
		this.variables.set("HOME", this.cwd);
		for (const [name, text] of files) {
			mkdirSync(dirname(this.at(name)), { recursive: true });
			writeFileSync(this.at(name), text);
		}
		const secret = [...files].filter(([name]) => SECRET.test(name)).flatMap(([, text]) => text.split("\n"));
		this.secrets = secret.filter((line) => line !== "");
	}

	at(name: string): string {
		return join(this.cwd, name);
	}

	async run({ lines }: Script): Promise<void> {
		for (const line of lines) {
			try {
				await this.#act(line);
			} catch (error) {
				const { status, stdout, stderr } = this.last;
				const seen = `exit ${status}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`;
				throw new Error(`line ${line.number}: ${line.text}\n${(error as Error).message}\n${seen}`, { cause: error });
			}
		}
	}

	async #act({ words: [first, ...rest], negated }: Line): Promise<void> {
		const command = COMMANDS[first?.text ?? ""];
		assert(command, "there is no such command");
		await command(
			this,
			rest.map((word) => (word.quoted ? word.text : this.#expand(word.text))),
			negated,
		);
	}

	#expand(text: string): string {
		return text.replace(/\$(\w+)/g, (_, name: string) => {
			const value = this.variables.get(name);
			assert(value !== undefined, `$${name} is not set`);
			return value;
		});
	}

	/** Start a program with what `stdin` was given. */
	start(program: string, args: string[]): Running {
		const env = Object.fromEntries(this.variables);
		const child = spawn(program, args, { cwd: this.cwd, env, stdio: ["pipe", "pipe", "pipe"] });
		const running: Running = {
			child,
			stdout: "",
			stderr: "",
			ended: new Promise((resolve, reject) => {
				child.once("error", reject);
				child.once("close", (code, signal) => resolve(code ?? signal ?? "lost"));
			}),
		};
		child.stdout.on("data", (chunk) => (running.stdout += chunk));
		child.stderr.on("data", (chunk) => (running.stderr += chunk));
		// A program that ends without reading what it was given is the script's to judge.
		child.stdin.on("error", (error: NodeJS.ErrnoException) => assert.equal(error.code, "EPIPE"));
		child.stdin.end(this.stdin);
		this.stdin = "";
		return running;
	}

	async end(running: Running): Promise<void> {
		const status = await running.ended;
		this.last = { status, stdout: running.stdout, stderr: running.stderr };
		for (const secret of this.secrets)
			assert(!running.stderr.includes(secret), "a secret was written to standard error");
	}

	named(name: string): Running {
		const running = this.running.get(name);
		assert(running, `nothing runs in the background as ${name}`);
		return running;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const { child, ended } of this.running.values()) {
			child.kill("SIGKILL");
			await ended;
		}
		this.folder[Symbol.dispose]();
	}
}

/** A program in the foreground, which must succeed, or with `!` fail; in the background when its last word is `&name`. */
function program(path: string, ...before: string[]): Command {
	return async (shell, words, negated) => {
		const background = words.at(-1)?.startsWith("&") ? words.at(-1)?.slice(1) : undefined;
		const args = [...before, ...(background === undefined ? words : words.slice(0, -1))];
		const running = shell.start(path, args);
		if (background !== undefined) {
			shell.running.set(background, running);
			return;
		}
		await shell.end(running);
		assert.equal(shell.last.status !== 0, negated, negated ? "it should have failed" : "it should have succeeded");
	};
}

function matches(output: "stdout" | "stderr"): Command {
	return (shell, [pattern = ""], negated) => {
		assert.equal(new RegExp(pattern, "m").test(shell.last[output]), !negated, `${output} is not as it should be`);
	};
}

const COMMANDS: Record<string, Command | undefined> = {
	holdfast: program(process.execPath, HOLDFAST),
	node: program(process.execPath),
	stdout: matches("stdout"),
	stderr: matches("stderr"),

	/** `exit 3`: how the last program ended, a code or the name of a signal. */
	exit: (shell, [status]) => assert.equal(String(shell.last.status), status),
	/** `stdin FILE`: what the next program reads. */
	stdin: (shell, [file = ""]) => {
		shell.stdin = readFileSync(shell.at(file), "utf8");
	},
	/** `env NAME=value`; without a value, `NAME` is unset. */
	env: (shell, [assignment = ""]) => {
		const [, name = "", value = ""] = /^(\w+)=(.*)$/.exec(assignment) ?? [];
		if (value === "") shell.variables.delete(name);
		else shell.variables.set(name, value);
	},
	/** `env-from NAME FILE`: what the file says, without the line's end. */
	"env-from": (shell, [name = "", file = ""]) => {
		shell.variables.set(name, readFileSync(shell.at(file), "utf8").trimEnd());
	},
	/** `await NAME 'regex'`: until a program in the background has said that; its named groups become variables. */
	await: async (shell, [name = "", pattern = ""]) => {
		const running = shell.named(name);
		const found = await said(running, new RegExp(pattern, "m"));
		for (const [group, text] of Object.entries(found.groups ?? {})) shell.variables.set(group, text);
	},
	/** `signal NAME SIGTERM`: send it, and wait for the end. */
	signal: async (shell, [name = "", signal]) => {
		const running = shell.named(name);
		running.child.kill(signal as NodeJS.Signals);
		shell.running.delete(name);
		await shell.end(running);
	},
	/** `wait NAME`: for the end of a program in the background. */
	wait: async (shell, [name = ""]) => {
		const running = shell.named(name);
		shell.running.delete(name);
		await shell.end(running);
	},
	/** `capture NAME 'regex'`: the first group of a match in what the last program wrote becomes a variable. */
	capture: (shell, [name = "", pattern = ""]) => {
		const found = new RegExp(pattern, "m").exec(`${shell.last.stdout}${shell.last.stderr}`)?.[1];
		assert(found !== undefined, "it did not write that");
		shell.variables.set(name, found);
	},
	/** `same FILE`: what the last program wrote to standard output is that file, byte for byte. */
	same: (shell, [file = ""]) => assert.equal(shell.last.stdout, readFileSync(shell.at(file), "utf8")),
	/** `save FILE`: what the last program wrote to standard output becomes a file. */
	save: (shell, [file = ""]) => writeFileSync(shell.at(file), shell.last.stdout),
	exists: (shell, [file = ""], negated) => assert.equal(existsSync(shell.at(file)), !negated),
	grep: (shell, [pattern = "", file = ""], negated) =>
		assert.equal(new RegExp(pattern, "m").test(readFileSync(shell.at(file), "utf8")), !negated),
	cp: (shell, [from = "", to = ""]) => cpSync(shell.at(from), shell.at(to)),
	rm: (shell, [file = ""]) => rmSync(shell.at(file), { recursive: true }),
	cd: (shell, [folder = ""]) => {
		shell.cwd = shell.at(folder);
		mkdirSync(shell.cwd, { recursive: true });
	},
};

function said(running: Running, pattern: RegExp): Promise<RegExpExecArray> {
	return new Promise((resolve, reject) => {
		const look = () => {
			const found = pattern.exec(running.stdout) ?? pattern.exec(running.stderr);
			if (found) settle(() => resolve(found));
		};
		const fail = (why: string) => settle(() => reject(new Error(`${why}\n${running.stdout}\n${running.stderr}`)));
		const timer = setTimeout(() => fail("it never said that"), PATIENCE);
		const settle = (how: () => void) => {
			clearTimeout(timer);
			running.child.stdout?.off("data", look);
			running.child.stderr?.off("data", look);
			how();
		};
		running.child.stdout?.on("data", look);
		running.child.stderr?.on("data", look);
		running.ended.then(
			() => {
				look();
				fail("it ended without saying that");
			},
			(error: Error) => fail(error.message),
		);
		look();
	});
}
