/** A file that someone edits by hand, for tests: what stands there, and what becomes of it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MirrorLine } from "@holdfast/contract/schemas";
import { mirrors } from "../src/index.ts";
import { admin, type TestVault, testVault } from "./harness.ts";

export const main = { environment: "default" };

/** A vault that does not serve: nothing happens to its file but by the calls below. */
export function quietVault(): Promise<TestVault> {
	return testVault({ serves: false });
}

export function edit(v: TestVault, change: (text: string) => string, file = ".env"): void {
	const path = join(v.folder, file);
	writeFileSync(path, change(readFileSync(path, "utf8")));
}

export async function lineOf(v: TestVault, name: string): Promise<MirrorLine | undefined> {
	return (await mirrors.diff(v.vault, admin, main)).lines.find((line) => line.name === name);
}

export async function choose(v: TestVault, name: string, take: "saved" | "file", caller = admin) {
	const line = await lineOf(v, name);
	const choice = { name, take, saved: line?.saved?.fingerprint ?? null, file: line?.file?.fingerprint ?? null };
	return mirrors.resolve(v.vault, caller, { ...main, choices: [choice] });
}
