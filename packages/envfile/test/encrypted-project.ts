/** A folder with an encrypted file in it, everything that is done to that file, and dotenvx's own command line. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "@holdfast/contract";
import { expect } from "vitest";
import { type EncryptedUpdateOptions, readEncryptedFile, updateEncryptedFile } from "../src/encrypted.ts";
import { tempFolder } from "./temp-folder.ts";

const require = createRequire(import.meta.url);
const CLI = join(dirname(require.resolve("@dotenvx/dotenvx/package.json")), "src/cli/dotenvx.js");
const PRINT =
	"const { HOME, PATH, CI, DOTENVX_NO_ARMOR, ...rest } = process.env; process.stdout.write(JSON.stringify(rest))";

type Values = Record<string, string | null>;
type Rest = Partial<Omit<EncryptedUpdateOptions, "values">>;

export function project(file = ".env.production", text?: string) {
	const folder = tempFolder();
	const path = join(folder.path, file);
	fs.mkdirSync(dirname(path), { recursive: true });
	if (text !== undefined) fs.writeFileSync(path, text);
	const keysPath = join(dirname(path), ".env.keys");
	return {
		root: folder.path,
		path,
		keysPath,
		[Symbol.dispose]: () => folder[Symbol.dispose](),
		text: () => fs.readFileSync(path, "utf8"),
		keys: () => fs.readFileSync(keysPath, "utf8"),
		list: () => fs.readdirSync(folder.path).sort(),
		update: (values: Values, rest: Rest = {}) =>
			updateEncryptedFile({ path, root: folder.path, values: new Map(Object.entries(values)), ...rest }),
		read: (privateKey?: string) => readEncryptedFile(path, privateKey === undefined ? {} : { privateKey }),
		dotenvx: (...args: string[]) => {
			const env = { PATH: process.env.PATH, HOME: folder.path, CI: "1", DOTENVX_NO_ARMOR: "true" };
			const [command = "", ...others] = args;
			const all = [CLI, command, ...(command === "set" ? [...others, "-f", file] : ["-f", file, ...others])];
			const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: folder.path, encoding: "utf8", env });
			return { status, stdout, stderr };
		},
	};
}

type Project = ReturnType<typeof project>;

/** The variables that a program sees under `dotenvx run`. */
export function seenBy(it: Project): Record<string, string> {
	const { stdout, stderr, status } = it.dotenvx("run", "--quiet", "--", process.execPath, "-e", PRINT);
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	return JSON.parse(stdout);
}

/** The code of the error that `work` throws. */
export function codeOf(work: () => unknown): string {
	try {
		work();
	} catch (error) {
		if (error instanceof AppError) return error.code;
		throw error;
	}
	return "none";
}
