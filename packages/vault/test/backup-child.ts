/**
 * `backup-child.ts save <folder>` saves two settings at a time until it is killed, and prints each revision that was
 * acknowledged before it begins the next. `backup-child.ts <step> <folder>` makes a backup, and is killed at that step.
 */
import { writeSync } from "node:fs";
import { backups, settings } from "../src/index.ts";
import { openVault, type Step } from "../src/vault.ts";
import { admin, optionsIn } from "./harness.ts";

const [, , what = "", folder = ""] = process.argv;

function onStep(step: Step): void {
	if (step === what) process.kill(process.pid, "SIGKILL");
}

const vault = await openVault(optionsIn(folder, { serves: what === "save", onStep }));
if (what !== "save") await backups.create(vault, admin);
else
	for (let i = 0; ; i++) {
		const writes = ["FIRST", "SECOND"].map((name) => ({ name, value: `${name} ${i}` }));
		const { revision } = await settings.save(vault, admin, { environment: "default", owner: "shared", writes });
		writeSync(1, `${revision}\n`);
	}
