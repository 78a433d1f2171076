/** `npm run bench`: each figure as a ratio to a bare limit or a peer in the same run. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build, install, ROOT, run } from "./workspace.mjs";

await install();
await build();
const wanted = process.argv.slice(2);
for (const file of readdirSync(join(ROOT, "bench")).filter((name) => name.endsWith(".bench.ts"))) {
	if (wanted.length > 0 && !wanted.some((name) => file.startsWith(name))) continue;
	const { code } = await run("node", [join("bench", file)]);
	if (code !== 0) process.exitCode = code;
}
