#!/usr/bin/env node
// The command runs from its TypeScript source, which Node does by itself from 22.18 on.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
	process.stderr.write(
		`holdfast: Node ${process.versions.node} is too old for this command. Run it as \`npx holdfast\` inside the repository, which brings its own Node.\n`,
	);
	process.exit(1);
}
const { main } = await import("../src/main.ts");
await main(process.argv);
