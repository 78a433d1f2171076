/**
 * What hydrating adds to the start of an application, against what dotenv adds: whole processes, each in the same folder
 * with the same settings saved and mirrored.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openVault, settings } from "@holdfast/vault";
import { admin, optionsIn } from "@holdfast/vault/test";
import { type Contender, heading, line, ratio, type Times, timesOf } from "./measure.ts";

const SETTINGS = 20;
const TURNS = 101;
const MOST_OVER_DOTENV = 3.8;
const MOST_OVER_NOTHING = 1.5;
const LAST = `KEY_${SETTINGS - 1}`;

async function fill(folder: string): Promise<void> {
	await using vault = await openVault(optionsIn(folder));
	const writes = Array.from({ length: SETTINGS }, (_, i) => ({
		name: `KEY_${i}`,
		value: `sk-${i}-`.padEnd(48, "abcdefgh"),
	}));
	await settings.save(vault, admin, { environment: "default", owner: "shared", writes });
	const check = (imported: string) => `import "${imported}";\nif (!process.env.${LAST}) process.exit(1);\n`;
	writeFileSync(join(folder, "nothing.mjs"), `if (process.env.${LAST}) process.exit(1);\n`);
	writeFileSync(join(folder, "dotenv.mjs"), check("dotenv/config"));
	writeFileSync(join(folder, "holdfast.mjs"), check("@holdfast/config/register"));
}

async function compare(folder: string): Promise<void> {
	const node =
		(...args: string[]): Contender =>
		() => {
			const { status } = spawnSync(process.execPath, args, { cwd: folder, env: {}, stdio: "ignore" });
			if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}`);
		};
	const check = `if (!process.env.${LAST}) process.exit(1)`;
	const required = await timesOf(
		{
			nothing: node("-e", "0"),
			dotenv: node("-r", "dotenv/config", "-e", check),
			holdfast: node("-r", "@holdfast/config/register", "-e", check),
		},
		{ turns: TURNS, warmUp: 3 },
	);
	report("required before the program (node -r)", required);
	const imported = await timesOf(
		{ nothing: node("nothing.mjs"), dotenv: node("dotenv.mjs"), holdfast: node("holdfast.mjs") },
		{ turns: TURNS, warmUp: 3 },
	);
	report("imported by the program", imported);
}

type Name = "nothing" | "dotenv" | "holdfast";

const WHICH = { quick: "the quickest quarter", middle: "the middle" };

function report(how: string, times: Record<Name, Times>): void {
	for (const which of ["quick", "middle"] as const) {
		const [nothing, dotenv, holdfast] = [times.nothing[which], times.dotenv[which], times.holdfast[which]];
		console.log(`  ${how}: ${WHICH[which]} of ${TURNS} times`);
		line("a process that hydrates nothing", nothing);
		line("dotenv adds", dotenv - nothing);
		line("@holdfast/config/register adds", holdfast - nothing);
		ratio("what it adds / what dotenv adds", (holdfast - nothing) / (dotenv - nothing), MOST_OVER_DOTENV);
		ratio("the whole process / the process with nothing", holdfast / nothing, MOST_OVER_NOTHING);
		console.log();
	}
}

heading(`Hydrating ${SETTINGS} settings`);
// Within this folder, so that both packages are found from there.
const folder = mkdtempSync(join(import.meta.dirname, "hydrate-"));
try {
	await fill(folder);
	await compare(folder);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
