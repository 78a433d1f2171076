/** Saves its own settings and one that all share: `contention-child.ts <folder> <id> <saves>`. Prints what it did as JSON. */
import { settings } from "../src/index.ts";
import { openVault } from "../src/vault.ts";
import { admin, optionsIn } from "./harness.ts";

const [, , folder = "", id = "", saves = "0"] = process.argv;
const shared = { environment: "default", owner: "shared" } as const;
await using vault = await openVault(optionsIn(folder));
let conflicts = 0;
const won: number[] = [];
for (let i = 0; i < Number(saves); i++) {
	await settings.save(vault, admin, { ...shared, writes: [{ name: `OWN_${id}`, value: `${i}` }] });
	const { settings: views } = await settings.list(vault, admin, { environment: "default" });
	const version = views.find(({ name }) => name === "COUNTER")?.version ?? 0;
	try {
		const write = { name: "COUNTER", value: `${id}-${i}`, expectedVersion: version };
		await settings.save(vault, admin, { ...shared, writes: [write] });
		won.push(version + 1);
	} catch (error) {
		if ((error as { code?: string }).code !== "VERSION_CONFLICT") throw error;
		conflicts += 1;
	}
}
process.stdout.write(JSON.stringify({ conflicts, won }));
