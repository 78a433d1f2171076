/** `npm start`: install, build, and serve. The second time, only serve. */
import { build, install, run } from "./workspace.mjs";

try {
	await install(() => process.stdout.write("Installing dependencies (once, and when they change)…\n"));
	await build();
} catch (error) {
	process.stderr.write(`${error.message}\nSee TROUBLESHOOTING.md, module installation.\n`);
	process.exit(1);
}
// The server gets the terminal's signals itself; this process outlives it to pass on how it ended.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
const { code } = await run("holdfast", ["start", ...process.argv.slice(2)]);
process.exitCode = code;
