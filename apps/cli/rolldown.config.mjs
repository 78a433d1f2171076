/**
 * The command and the server in a few files that load in a fraction of the time that hundreds of sources take. The database
 * driver stays outside: it finds its native part beside itself.
 */
import { defineConfig } from "rolldown";

export default defineConfig({
	input: { main: "src/main.ts" },
	platform: "node",
	external: ["better-sqlite3"],
	output: {
		dir: "dist",
		format: "esm",
		entryFileNames: "[name].mjs",
		chunkFileNames: "[name]-[hash].mjs",
		cleanDir: true,
	},
});
