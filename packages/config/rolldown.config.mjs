/**
 * What hydrates an application must load fast, so each entry is one file with everything in it, the database driver's
 * JavaScript too. Its native part stays in the driver's package, and the driver's own look-up finds it there.
 */
import { defineConfig } from "rolldown";

/** The look-up goes by the folder its file lies in, which bundling would change. */
const nativePart = {
	name: "native-part",
	resolveId: (id, importer) =>
		id === "./binding" && importer?.includes("better-sqlite3") ? `${import.meta.dirname}/src/binding.ts` : null,
};

/** V8 keeps a text in half the memory when all of it is ASCII, and then has nothing to collect while an application starts. */
const ascii = {
	name: "ascii",
	generateBundle(_options, bundle) {
		for (const chunk of Object.values(bundle)) chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped);
	},
};

const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

const entry = (name, format, extension) => ({
	input: { [name]: `src/${name}.ts` },
	platform: "node",
	plugins: [nativePart, ascii],
	// dotenv loads these for functions that are not called here: to expand `~`, and to print a path.
	resolve: { alias: { os: false, url: false } },
	output: { dir: "dist", format, entryFileNames: `[name].${extension}`, minify: true },
});

export default defineConfig([
	entry("index", "esm", "mjs"),
	entry("register", "esm", "mjs"),
	entry("register", "cjs", "cjs"),
]);
