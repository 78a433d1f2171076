/**
 * What hydrating adds to the start of an application, against what its peers add: whole processes. dotenv with a thousand
 * settings; and the two that keep values apart from plain files or check them, `dotenvx run` with the same values encrypted
 * and `varlock run` with a schema of them.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openVault, settings } from "@holdfast/vault";
import { admin, optionsIn } from "@holdfast/vault/test";
import { heading, line, ratio, timesOf } from "./measure.ts";

const MANY = 1_000;
const FEW = 20;
const MOST_OVER_DOTENV = 1.4;
const MOST_OVER_DOTENVX = 0.03;

const BIN = join(import.meta.dirname, "node_modules", ".bin");

interface Values {
	name: string;
	value: string;
}

const valuesOf = (count: number): Values[] =>
	Array.from({ length: count }, (_, i) => ({ name: `KEY_${i}`, value: `sk-${i}-`.padEnd(48, "abcdefgh") }));

async function save(folder: string, writes: Values[]): Promise<void> {
	await using vault = await openVault(optionsIn(folder));
	await settings.save(vault, admin, { environment: "default", owner: "shared", writes });
}

function envFile(folder: string, values: Values[]): void {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, ".env"), values.map(({ name, value }) => `${name}="${value}"\n`).join(""));
}

/** Run a program to its end, in a folder. */
function ended(cwd: string, command: string, args: string[]): void {
	const env = { PATH: process.env.PATH, HOME: cwd, DO_NOT_TRACK: "1" };
	const { status, stderr } = spawnSync(command, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
	if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
}

const checkOf = (count: number) => `if (!process.env.KEY_${count - 1}) process.exit(1)`;

async function many(folder: string): Promise<void> {
	const own = join(folder, "many");
	await save(own, valuesOf(MANY));
	const node =
		(...args: string[]) =>
		() =>
			ended(own, process.execPath, args);
	const { nothing, dotenv, holdfast } = await timesOf(
		{
			nothing: node("-e", "0"),
			dotenv: node("-r", "dotenv/config", "-e", checkOf(MANY)),
			holdfast: node("-r", "@holdfast/config/register", "-e", checkOf(MANY)),
		},
		{ turns: 51, warmUp: 3 },
	);
	console.log(`  ${MANY} settings, the quickest quarter of 51 times`);
	line("dotenv adds", dotenv.quick - nothing.quick);
	line("@holdfast/config/register adds", holdfast.quick - nothing.quick);
	ratio("the whole process / the process with dotenv", holdfast.quick / dotenv.quick, MOST_OVER_DOTENV);
}

async function encrypted(folder: string, count: number, turns: number): Promise<void> {
	const [own, sealed, schema] = ["own", "dotenvx", "varlock"].map((name) => join(folder, `${name}-${count}`)) as [
		string,
		string,
		string,
	];
	await save(own, valuesOf(count));
	envFile(sealed, valuesOf(count));
	ended(sealed, join(BIN, "dotenvx"), ["encrypt"]);
	envFile(schema, valuesOf(count));
	writeFileSync(
		join(schema, ".env.schema"),
		`# ---\n${valuesOf(count)
			.map(({ name }) => `# @sensitive\n${name}=\n`)
			.join("")}`,
	);
	const check = checkOf(count);
	const { nothing, holdfast, dotenvx, varlock } = await timesOf(
		{
			nothing: () => ended(own, process.execPath, ["-e", "0"]),
			holdfast: () => ended(own, process.execPath, ["-r", "@holdfast/config/register", "-e", check]),
			dotenvx: () => ended(sealed, join(BIN, "dotenvx"), ["run", "--quiet", "--", process.execPath, "-e", check]),
			varlock: () => ended(schema, join(BIN, "varlock"), ["run", "--", process.execPath, "-e", check]),
		},
		{ turns, warmUp: 1 },
	);
	console.log(`\n  ${count} settings, the middle of ${turns} times`);
	line("@holdfast/config/register adds", holdfast.middle - nothing.middle);
	line("dotenvx run adds, values encrypted", dotenvx.middle - nothing.middle);
	line("varlock run adds, values checked", varlock.middle - nothing.middle);
	const added = (holdfast.middle - nothing.middle) / (dotenvx.middle - nothing.middle);
	ratio("what it adds / what dotenvx run adds", added, MOST_OVER_DOTENVX);
}

heading("Hydrating, against its peers");
// Within this folder, so that the packages are found from there.
const folder = mkdtempSync(join(import.meta.dirname, "peers-"));
try {
	await many(folder);
	await encrypted(folder, FEW, 11);
	await encrypted(folder, MANY, 3);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
