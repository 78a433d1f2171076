/**
 * What hydrates an application must load fast, so each entry is one file with everything in it. Only the database
 * driver's native part stays in the driver's package; `src/binding.ts` finds it there.
 */
import { defineConfig } from "rolldown";

/** dotenv reads only files with lines that are not plain, so that its code runs only then. */
const LATE = "\0late:";
const late = {
	name: "late",
	async resolveId(id, importer) {
		if (id !== "dotenv") return null;
		const found = await this.resolve(id, importer, { skipSelf: true });
		return `${LATE}${found.id}.mjs`;
	},
	load(id) {
		if (!id.startsWith(LATE)) return null;
		const file = JSON.stringify(id.slice(LATE.length, -".mjs".length));
		return `export default { parse: (text, options) => require(${file}).parse(text, options) };`;
	},
};

/**
 * Of the table of errors, what nothing in the bundle throws is left out, and of the rest the server's status: parsing it would
 * cost as much as all the rest.
 */
const errors = {
	name: "errors",
	renderChunk: (code) =>
		code.replaceAll(/^\t([A-Z_]+: row\()"[A-Z_]+"(.*\),?\n)/gm, (_, start, end) =>
			code.includes(`"${start.slice(0, start.indexOf(":"))}"`) ? `\t${start}""${end}` : "",
		),
};

/** V8 keeps a text in half the memory when all of it is ASCII, and then has nothing to collect while an application starts. */
const ascii = {
	name: "ascii",
	generateBundle(_options, bundle) {
		for (const chunk of Object.values(bundle)) chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped);
	},
};

const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

const entry = (name, format, extension, plugins = [late, errors, ascii]) => ({
	input: { [name]: `src/${name}.ts` },
	platform: "node",
	plugins,
	// dotenv loads these for functions that are not called here: to expand `~`, and to print a path.
	resolve: { alias: { os: false, url: false, "better-sqlite3": `${import.meta.dirname}/src/binding.ts` } },
	// What is imported is imported for what it exports, so that no table is built that is not asked.
	treeshake: { moduleSideEffects: false },
	output: {
		dir: "dist",
		format,
		entryFileNames: `[name].${extension}`,
		// Node prints the line that threw, and in one line that would be all of it. Blanks cost nothing that can be measured.
		minify: { compress: true, mangle: true, codegen: { removeWhitespace: false } },
		comments: false,
	},
});

/**
 * `register` is CommonJS for `import` too: an ES module that imports a part of Node has Node look at each of its exports,
 * which loads a worker's, readline's and more that nothing here calls.
 */
export default defineConfig([
	entry("index", "esm", "mjs"),
	entry("register", "cjs", "cjs"),
	// What these say may be any error that a server answers with.
	entry("later", "cjs", "cjs", [late]),
	entry("ask", "cjs", "cjs", [late]),
]);
