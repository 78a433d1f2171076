/**
 * FAULTS 15: a process that starts without the right root key ends with exit code 3, whatever is wrong with the key it was
 * given, and makes none; the data and the right key are as they were.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newRootKey, recoveryKit, rootKeyText } from "@holdfast/crypto";
import { openVault, settings } from "@holdfast/vault";
import { admin, optionsIn, testFolder } from "@holdfast/vault/test";
import { expect, test } from "vitest";

const HOLDFAST = fileURLToPath(new URL("../bin/holdfast.mjs", import.meta.url));
const STARTS = process.env.SLOW ? 1_000 : 30;
/** How many at a time. */
const LANES = 4;

type Given = Record<string, string>;

/** What may be given in place of the right key: in the file, or in variables. */
const WRONG: Record<string, (right: string) => { file?: string; env?: Given }> = {
	missing: () => ({}),
	empty: () => ({ file: "" }),
	blank: () => ({ file: " \n" }),
	wrong: () => ({ file: rootKeyText(newRootKey()) }),
	short: () => ({ file: Buffer.alloc(16, 7).toString("base64") }),
	long: () => ({ file: `${Buffer.alloc(40, 7).toString("base64")}` }),
	malformed: () => ({ file: "this is not a key" }),
	zeros: () => ({ file: Buffer.alloc(32).toString("base64") }),
	"wrong in a variable": () => ({ env: { HOLDFAST_ROOT_KEY: rootKeyText(newRootKey()) } }),
	"another kit": () => ({ env: { HOLDFAST_ROOT_KEY: recoveryKit(newRootKey()) } }),
	"a kit with a slip": (right) => ({
		env: { HOLDFAST_ROOT_KEY: right.replace(/.$/, (last) => (last === "Q" ? "P" : "Q")) },
	}),
	"a kit cut short": (right) => ({ env: { HOLDFAST_ROOT_KEY: right.slice(0, -6) } }),
	"a passphrase": () => ({ env: { HOLDFAST_ROOT_KEY_PASSPHRASE: "not what it is derived from" } }),
	"a command that fails": () => ({ env: { HOLDFAST_ROOT_KEY_COMMAND: "exit 7" } }),
	"a command that says nothing": () => ({ env: { HOLDFAST_ROOT_KEY_COMMAND: "true" } }),
};

const COMMANDS = [["list"], ["get", "KEY"], ["start"], ["key", "show"], ["doctor"], ["run", "--", "node", "-e", "0"]];

function ended(cwd: string, args: string[], env: Given): Promise<{ code: number | null; output: string }> {
	return new Promise((resolve, reject) => {
		const stdio = ["ignore", "pipe", "pipe"] as const;
		const child = spawn(process.execPath, [HOLDFAST, ...args], {
			cwd,
			env: { PATH: process.env.PATH, HOLDFAST_PORT: "0", ...env },
			stdio: [...stdio],
		});
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
		child.once("error", reject);
		child.once("close", (code) => resolve({ code, output }));
	});
}

function digest(path: string): string {
	return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Each lane has a folder of its own, and takes every fourth case. */
async function lane(first: number): Promise<void> {
	using folder = testFolder();
	const options = optionsIn(folder.path, { serves: false });
	const { file } = options.rootKey;
	let kit: string;
	{
		await using vault = await openVault(options);
		kit = recoveryKit(vault.keys.roots.current);
		const writes = [{ name: "KEY", value: "value" }];
		await settings.save(vault, admin, { environment: "default", owner: "shared", writes });
	}
	const right = readFileSync(file, "utf8");
	const data = digest(join(options.dataDir, "holdfast.db"));
	const cases = Object.entries(WRONG);
	for (let i = first; i < STARTS; i += LANES) {
		const [name, given] = cases[i % cases.length] ?? [];
		const args = COMMANDS[i % COMMANDS.length] ?? [];
		rmSync(file, { force: true });
		const { file: text, env = {} } = given?.(kit) ?? {};
		if (text !== undefined) writeFileSync(file, text);
		const { code, output } = await ended(folder.path, args, env);
		expect([name, args, code], output).toEqual([name, args, 3]);
		const keys = readdirSync(options.dataDir).filter((each) => each.includes("root.key"));
		expect([name, keys]).toEqual([name, text === undefined ? [] : ["root.key"]]);
		if (text !== undefined) expect(readFileSync(file, "utf8")).toBe(text);
		expect(digest(join(options.dataDir, "holdfast.db")), "the data is untouched").toBe(data);
		expect(output).not.toContain(kit);
	}
	writeFileSync(file, right);
	expect(await ended(folder.path, ["get", "KEY"], {})).toMatchObject({ code: 0, output: "value\n" });
}

test(`FAULTS 15: ${STARTS} starts with a key that is not right make no key, and exit with 3`, async () => {
	await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i)));
}, 1_200_000);
