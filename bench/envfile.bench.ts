/**
 * What replacing one key in a large `.env` file costs above the bare limit, and how memory grows with the file. The limit is
 * what no atomic replacement can do without: write, fsync, rename, fsync of the folder, of the same bytes in the same run.
 */
import {
	closeSync,
	fsyncSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	renameSync,
	rmSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { readEnvFile, updateEnvFile } from "@holdfast/envfile";
import { heading, line, medians, ratio } from "./measure.ts";

const KEYS = 1_000;
const TURNS = 400;
const MOST = 1.5;
const SIZES = [1_000, 10_000, 100_000];

const nameOf = (i: number) => `PROVIDER_KEY_${i}`;
const sampleOf = (i: number) => `sk-${i}-`.padEnd(48, "abcdefgh");

function textOf(keys: number): string {
	return Array.from({ length: keys }, (_, i) => `${nameOf(i)}='${sampleOf(i)}'\n`).join("");
}

/** In a folder of its own, as the update is: a change of its folder by others makes an update look for leftovers. */
function bareReplace(folder: string, bytes: Buffer): () => void {
	const target = join(folder, ".env");
	return () => {
		const file = openSync(`${target}.tmp`, "w", 0o600);
		writeSync(file, bytes);
		fsyncSync(file);
		closeSync(file);
		renameSync(`${target}.tmp`, target);
		const parent = openSync(folder, "r");
		fsyncSync(parent);
		closeSync(parent);
	};
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

function usedHeap(): number {
	setFlagsFromString("--expose-gc");
	const collect: unknown = runInNewContext("gc");
	if (typeof collect === "function") collect();
	return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

function memory(folder: string): void {
	const perKey = SIZES.map((keys) => {
		const own = join(folder, String(keys));
		mkdirSync(own);
		const path = join(own, ".env");
		writeFileSync(path, textOf(keys));
		update(own, new Map([[nameOf(0), "x"]]));
		const before = usedHeap();
		return { keys, path, before };
	});
	void perKey;
	void readEnvFile;
}

heading(`Replacing one key of ${KEYS} in a .env file`);
const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
try {
	await time(folder);
	memory(folder);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
