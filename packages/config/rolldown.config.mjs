/**
 * What hydrates an application must load fast, so it is one file with everything in it but the database driver's native
 * part, which the driver itself finds.
 */
import { defineConfig } from "rolldown";

export default defineConfig({
	input: { index: "src/index.ts", register: "src/register.ts" },
	platform: "node",
	external: ["better-sqlite3"],
	output: { dir: "dist", format: "esm", entryFileNames: "[name].mjs", cleanDir: true, minify: true },
});
