/**
 * What replacing one key in a large `.env` file costs above the bare limit, and how memory grows with the file. The limit is
 * what no atomic replacement can do without: write, fsync, rename, fsync of the folder, of the same bytes in the same run.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { updateEnvFile } from "@holdfast/envfile";
import { bareReplace, heading, line, medians, ratio } from "./measure.ts";

const KEYS = 1_000;
const TURNS = 400;
const MOST = 1.5;
const SIZES = [1_000, 10_000, 100_000];

const nameOf = (i: number) => `PROVIDER_KEY_${i}`;
const sampleOf = (i: number) => `sk-${i}-`.padEnd(48, "abcdefgh");

function textOf(keys: number): string {
	return Array.from({ length: keys }, (_, i) => `${nameOf(i)}='${sampleOf(i)}'\n`).join("");
}

function update(folder: string, values: ReadonlyMap<string, string>): void {
	const { status } = updateEnvFile({ path: join(folder, ".env"), root: folder, values });
	if (status !== "replaced") throw new Error(`the update ended as ${status}`);
}

async function time(folder: string): Promise<void> {
	const [one, every, bare] = ["one", "every", "bare"].map((name) => join(folder, name)) as [string, string, string];
	for (const each of [one, every, bare]) mkdirSync(each);
	for (const each of [one, every]) writeFileSync(join(each, ".env"), textOf(KEYS));
	const values = new Map(Array.from({ length: KEYS }, (_, i) => [nameOf(i), sampleOf(i)]));
	let turn = 0;
	const next = (): [string, string] => [nameOf((turn * 7) % KEYS), sampleOf(++turn + KEYS)];
	const contenders = {
		named: () => update(one, new Map([next()])),
		replaced: bareReplace(bare, Buffer.from(textOf(KEYS))),
	};
	const { named, replaced } = await medians(contenders, { turns: TURNS, warmUp: 100 });
	line("a bare replacement of the file", replaced);
	line("an update that names one key", named);
	ratio("update of one key / bare replacement", named / replaced, MOST);
	const whole = { all: () => update(every, values.set(...next())), replaced: contenders.replaced };
	const { all, replaced: again } = await medians(whole, { turns: TURNS, warmUp: 100 });
	line("an update that names all keys, one of them changed", all);
	ratio("update of one key of all named / bare replacement", all / again, MOST);
}

/** What an update in a process of its own holds on to at its end, and the most it had, in bytes above those before it. */
const MEASURED = `
const [url, path, root] = process.argv.slice(1);
const { updateEnvFile } = await import(url);
updateEnvFile({ path: path + ".warm", root, values: new Map([["A", "x"]]) });
gc();
const held = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
const peak = () => process.resourceUsage().maxRSS * 1024;
const before = { held: held(), peak: peak() };
updateEnvFile({ path, root, values: new Map([["PROVIDER_KEY_0", "changed"]]) });
gc();
console.log(JSON.stringify({ held: held() - before.held, peak: peak() - before.peak }));
`;

function memoryOf(keys: number, folder: string): { held: number; peak: number } {
	const own = join(folder, String(keys));
	mkdirSync(own);
	writeFileSync(join(own, ".env"), textOf(keys));
	const url = import.meta.resolve("@holdfast/envfile");
	const args = ["--expose-gc", "--input-type=module", "-e", MEASURED, url, join(own, ".env"), own];
	return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

function memory(folder: string): void {
	const found = SIZES.map((keys) => ({ keys, ...memoryOf(keys, folder) }));
	console.log("");
	for (const { keys, held, peak } of found) {
		const each = (bytes: number) => `${Math.round(bytes / keys)} bytes a key`.padStart(20);
		console.log(`  ${`${keys} keys: held after an update, and at most`.padEnd(52)}${each(held)}${each(peak)}`);
	}
	const [small, large] = [found.at(0), found.at(-1)];
	if (small && large)
		ratio("held per key, 100,000 keys / 1,000", large.held / large.keys / (small.held / small.keys), 1.5);
}

heading(`Replacing one key of ${KEYS} in a .env file`);
const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
try {
	await time(folder);
	memory(folder);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
