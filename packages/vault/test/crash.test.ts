/**
 * FAULTS 8: kill -9 at each step of a save. What was acknowledged is there after the restart, `.env` is whole, and it is
 * brought up to date.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDocument } from "@holdfast/envfile";
import { build } from "rolldown";
import { beforeAll, describe, expect, test } from "vitest";
import { openVault, type Step } from "../src/vault.ts";
import { optionsIn, testFolder } from "./harness.ts";

const STEPS: Step[] = [
	"before-commit",
	"after-commit",
	"temp-created",
	"temp-written",
	"temp-synced",
	"renamed",
	"folder-synced",
];
/** Trials for each step: each kills one process and looks at what it left, in a folder that has seen the trials before. */
const TRIALS = process.env.SLOW ? 1_430 : 40;
/** The child as one bundled file: it starts in a tenth of the time, and it is started hundreds of times. */
const CHILD = fileURLToPath(new URL("../dist/crash-child.mjs", import.meta.url));
const HAND_WRITTEN = "# by hand\nOTHER='kept as it is' # with a comment\n\nexport LAST=1\n";

/** Run a child until it is killed, and give the saves it acknowledged. */
function saveUntilKilled(folder: string, step: Step, nth: number): Promise<Map<string, string>> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [CHILD, folder, step, String(nth)], { stdio: ["ignore", "pipe", "pipe"] });
		let output = "";
		let errors = "";
		child.stdout.on("data", (chunk) => (output += chunk));
		child.stderr.on("data", (chunk) => (errors += chunk));
		child.once("close", (_code, signal) => {
			if (signal !== "SIGKILL") return reject(new Error(`the child ended by itself: ${errors}`));
			const lines = output.split("\n").filter((line) => line !== "");
			resolve(new Map(lines.map((line): [string, string] => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? ""])));
		});
	});
}

/** The number at the end of a value: later saves have higher ones. */
const order = (value: string | undefined) => Number(value?.split("-").at(-1) ?? -1);

beforeAll(async () => {
	const input = fileURLToPath(new URL("crash-child.ts", import.meta.url));
	const output = { file: CHILD, format: "esm", codeSplitting: false } as const;
	await build({ input, platform: "node", external: ["better-sqlite3"], output });
});

describe.concurrent("FAULTS 8: a process killed at a step of a save", () => {
	test.each(STEPS)("%s: nothing acknowledged is lost, .env is whole and catches up", async (step) => {
		using folder = testFolder();
		const envPath = join(folder.path, ".env");
		writeFileSync(envPath, HAND_WRITTEN, { mode: 0o600 });
		for (let trial = 0; trial < TRIALS; trial++) {
			const acknowledged = await saveUntilKilled(folder.path, step, 1 + (trial % 7));

			const torn = readFileSync(envPath, "utf8");
			expect(torn.startsWith(HAND_WRITTEN), "hand-written lines are untouched right after the kill").toBe(true);
			expect(() => parseDocument(torn)).not.toThrow();

			await using vault = await openVault(optionsIn(folder.path));
			const saved = vault.live.find("default")?.values;
			for (const [name, value] of acknowledged) {
				const found = saved?.get(name)?.value ?? undefined;
				// The save that was under way may have been committed: then it is newer than the last acknowledged one.
				expect(order(found), `${name} after trial ${trial}`).toBeGreaterThanOrEqual(order(value));
				expect(found?.split("-")[1], name).toBe(value.split("-")[1]);
			}
			const mirrored = [...(saved ?? [])].map(([name, { value }]) => `${name}='${value}'\n`);
			const text = readFileSync(envPath, "utf8");
			for (const line of mirrored) expect(text, "the file is up to date after the start").toContain(line);
			expect(text.startsWith(HAND_WRITTEN)).toBe(true);
			expect(text.length).toBe(HAND_WRITTEN.length + mirrored.join("").length);
			expect(vault.mirrors.pending()).toEqual([]);
			expect(vault.live.find("default")?.damaged.size).toBe(0);
			expect(leftovers(folder.path)).toEqual([]);
		}
		expect(existsSync(envPath)).toBe(true);
	});
});

function leftovers(folder: string): string[] {
	return readdirSync(folder).filter((name) => name !== ".env" && name !== ".holdfast");
}
