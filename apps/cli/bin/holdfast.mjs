#!/usr/bin/env node
import { existsSync } from "node:fs";

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 22) {
	process.stderr.write(
		`holdfast: Node ${process.versions.node} cannot load the database driver. Run this as \`npx holdfast\` inside the repository, which brings its own Node.\n`,
	);
	process.exit(1);
}
const built = new URL("../dist/main.mjs", import.meta.url);
if (!existsSync(built)) {
	process.stderr.write("holdfast: it is not built yet. Run `npm start` in the repository once: it builds it.\n");
	process.exit(1);
}
const { main } = await import(built.href);
await main(process.argv);
