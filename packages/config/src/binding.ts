/**
 * The database driver's native part. A bundle that has the driver's JavaScript asks here for it: the driver's own look-up
 * knows which binary fits this machine, but goes by the folder it lies in, so it is called where it is installed.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const LOOK_UP = join("better-sqlite3", "lib", "binding.js");

/** Where Node would find the package is asked of Node, but not which of its entries: that would read package.json files. */
export function getBinding(): unknown {
	const require = createRequire(import.meta.url);
	const folder = require.resolve.paths("better-sqlite3")?.find((path) => existsSync(join(path, LOOK_UP)));
	return require(folder === undefined ? LOOK_UP : join(folder, LOOK_UP)).getBinding();
}
