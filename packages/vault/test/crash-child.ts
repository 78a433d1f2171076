/**
 * Saves until it is killed at one step of one save: `crash-child.ts <folder> <step> <nth>`. Prints each save that was
 * acknowledged, as one line `NAME value`, before it begins the next.
 */
import { writeSync } from "node:fs";
import { settings } from "../src/index.ts";
import { openVault, type Step } from "../src/vault.ts";
import { admin, optionsIn } from "./harness.ts";

const [, , folder = "", fatal = "", nth = "1"] = process.argv;
let left = Number(nth);

function onStep(step: Step): void {
	if (step !== fatal) return;
	left -= 1;
	if (left === 0) process.kill(process.pid, "SIGKILL");
}

const vault = await openVault(optionsIn(folder, { onStep }));
const round = process.pid;
for (let i = 0; ; i++) {
	const name = `KEY_${i % 3}`;
	const value = `value-${round}-${i}`;
	await settings.save(vault, admin, { environment: "default", owner: "shared", writes: [{ name, value }] });
	writeSync(1, `${name} ${value}\n`);
}
