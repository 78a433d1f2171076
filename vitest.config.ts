import { defineConfig } from "vitest/config";

/** The stages of `npm test`, for two cores. What opens a browser runs one file at a time. */
export default defineConfig({
	test: {
		maxWorkers: 2,
		projects: [
			{
				test: {
					// Files that share a process spare each other the loading of what all of them import.
					name: "unit",
					include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts"],
					exclude: ["packages/providers/**"],
					isolate: false,
					testTimeout: 60_000,
				},
			},
			{
				test: {
					// These put another name server in the place of Node's, which only a process of its own takes up.
					name: "unit-providers",
					include: ["packages/providers/src/**/*.test.ts"],
					testTimeout: 60_000,
				},
			},
			{
				test: {
					name: "server",
					include: ["apps/{api,cli}/test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
					exclude: ["**/*crash.test.ts", "**/test/postgres/**"],
					testTimeout: 60_000,
				},
			},
			{
				test: {
					// Each file starts a server of its own.
					name: "postgres",
					include: ["**/test/postgres/**/*.test.ts"],
					fileParallelism: false,
					testTimeout: 120_000,
					hookTimeout: 60_000,
				},
			},
			{
				test: {
					// The vault's own tests once more, where they look at no file of SQLite's.
					name: "postgres-vault",
					include: ["packages/vault/src/{save,take-in,history,guesses,live,workers}.test.ts"],
					globalSetup: ["packages/vault/test/postgres/server.ts"],
					// The server's address is in the environment of every project that runs beside this one.
					env: { TEST_STORAGE: "postgres" },
					isolate: false,
					testTimeout: 120_000,
				},
			},
			{
				test: {
					name: "crash",
					include: ["packages/vault/test/*crash.test.ts"],
					testTimeout: 600_000,
				},
			},
			{
				test: {
					name: "browser",
					include: ["apps/web/test/**/*.test.ts"],
					fileParallelism: false,
					testTimeout: 180_000,
					hookTimeout: 180_000,
				},
			},
		],
	},
});
