/**
 * What is packed works outside this repository: everything of Holdfast's is in it, and nothing but tRPC is asked for. That
 * holds for the declarations too. The router's come from the compiler, which writes every input and output out in full; of
 * the server they name only the context of a call, which no client has to do with.
 */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineConfig } from "rolldown";
import { dts } from "rolldown-plugin-dts";

const DIST = `${import.meta.dirname}/dist`;
const TYPES = `${DIST}/.types`;
const external = [/^@trpc\//, /^node:/];

/** The declarations that stand for the packages of this repository. */
const DECLARED = {
	"@holdfast/api/router": `${TYPES}/apps/api/src/router.d.ts`,
	"@holdfast/contract": `${TYPES}/packages/contract/src/index.d.ts`,
};

const ours = {
	name: "ours",
	resolveId: {
		order: "pre",
		// The compiler leaves the names of the sources in what it writes.
		handler: (id, importer) =>
			DECLARED[id] ?? (/^\.\.?\/.*\.ts$/.test(id) ? join(dirname(importer), id.replace(/(\.d)?\.ts$/, ".d.ts")) : null),
	},
	transform: {
		order: "pre",
		handler: (code, id) =>
			id.endsWith("/router.d.ts") ? code.replaceAll('ctx: import("./trpc.ts").Context', "ctx: object") : null,
	},
	buildEnd: () => rmSync(TYPES, { recursive: true, force: true }),
};

export default defineConfig([
	{
		input: { index: "src/index.ts", cache: "src/cache.ts" },
		platform: "neutral",
		external,
		// Of the contract, only what is used: its tables have no effects.
		treeshake: { moduleSideEffects: false },
		output: { dir: DIST, format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name].js" },
	},
	{
		input: {
			index: `${TYPES}/packages/sdk/src/index.d.ts`,
			cache: `${TYPES}/packages/sdk/src/cache.d.ts`,
		},
		external,
		plugins: [ours, dts({ dtsInput: true })],
		output: { dir: DIST, format: "esm", entryFileNames: "[name].d.ts", chunkFileNames: "[name].d.ts" },
	},
]);
