/**
 * Replaces keys until it is killed at one step: `rotation-crash-child.ts <folder> <root|data> <step> <nth>`. A rotation that
 * is under way is gone on with; when none is, one is begun. Ends by itself when that one is done before the step is reached.
 */
import { newRootKey } from "@holdfast/crypto";
import { advance, beginData, beginRoot } from "../src/rotation.ts";
import { openVault, type Step } from "../src/vault.ts";
import { admin, optionsIn } from "./harness.ts";

const [, , folder = "", what = "", fatal = "", nth = "1"] = process.argv;
let left = Number(nth);

function onStep(step: Step): void {
	if (step !== fatal) return;
	left -= 1;
	if (left === 0) process.kill(process.pid, "SIGKILL");
}

await using vault = await openVault(optionsIn(folder, { serves: false, onStep }));
if ((await vault.storage.state()).rotation?.finishedAt !== null) {
	const key = newRootKey();
	await (what === "data" ? beginData(vault, admin) : beginRoot(vault, admin, { key, derivation: null }));
}
while ((await advance(vault, { batch: 3, budget: 1_000 })) === "more");
