/**
 * The database driver, for a bundle, as far as a snapshot is read with it: opening, one query, closing. A plain installation
 * is recognised here, and its native part used directly, which spares an application that boots the loading of the driver's
 * own files; wherever there is a doubt, the driver itself is loaded whole. `require` is the bundle's own: this module is
 * never run but in one.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";

interface Options {
	readonly: boolean;
	fileMustExist: boolean;
}

interface Opened {
	prepare(sql: string): { raw(): { all(...parameters: string[]): unknown[] } };
	close(): void;
}

interface Native {
	initialize(...callbacks: unknown[]): void;
	Database: new (
		...options: unknown[]
	) => {
		prepare(sql: string, database: object, ...flags: boolean[]): ReturnType<Opened["prepare"]>;
		close(): void;
	};
}

class SqliteError extends Error {
	readonly code: string;

	constructor(message: string, code: string) {
		super(message);
		this.code = code;
	}
}

/** Where musl, the other C library, has its loader: https://musl.libc.org/doc/1.1.24/manual.html, "dynamic linker". */
const MUSL_LOADERS: Readonly<Record<string, string>> = {
	x64: "/lib/ld-musl-x86_64.so.1",
	arm64: "/lib/ld-musl-aarch64.so.1",
};

/** How long to wait for a writer's lock, in milliseconds: the driver's own default. */
const TIMEOUT = 5000;

export default class Database implements Opened {
	readonly #opened: Opened;

	/** @throws Error of Node's own when the driver is not installed, or has no binary for this machine. */
	constructor(source: string | Buffer, options: Options) {
		const folder = findDriver(import.meta.dirname);
		const file = folder === null ? null : plainBinary(folder);
		const driver = folder === null ? "better-sqlite3" : `${folder}/lib/index.js`;
		this.#opened = file === null ? new (require(driver))(source, options) : openPlain(file, source, options);
	}

	prepare(sql: string): ReturnType<Opened["prepare"]> {
		return this.#opened.prepare(sql);
	}

	close(): void {
		this.#opened.close();
	}
}

/** With the arguments that `lib/database.js` of better-sqlite3 13 gives its native part. */
function openPlain(file: string, source: string | Buffer, { readonly, fileMustExist }: Options): Opened {
	const native = loadNative(file);
	const [name, bytes] = typeof source === "string" ? [source, null] : [":memory:", source];
	const isMemory = bytes !== null;
	const opened = new native.Database(name, name, isMemory, readonly, fileMustExist, TIMEOUT, null, bytes, null, null);
	return { prepare: (sql) => opened.prepare(sql, opened, false, false), close: () => opened.close() };
}

function loadNative(file: string): Native {
	const module: { exports: unknown } = { exports: {} };
	process.dlopen(module, file);
	const native = module.exports as Native;
	const listOf = (...values: unknown[]) => values;
	const unused = () => undefined;
	native.initialize(SqliteError, listOf, unused, unused, unused);
	return native;
}

/** The nearest one, as Node finds packages: https://nodejs.org/api/modules.html#loading-from-node_modules-folders */
function findDriver(from: string): string | null {
	for (let folder = from; ; folder = dirname(folder)) {
		const driver = `${folder}/node_modules/better-sqlite3`;
		if (existsSync(driver)) return driver;
		if (folder === dirname(folder)) return null;
	}
}

/** The binary that the driver brings for this machine; `null` when it may have to be another one. */
function plainBinary(driver: string): string | null {
	const { platform, arch } = process;
	const isCompiled = existsSync(`${driver}/build`);
	const mayBeMusl = platform === "linux" && existsSync(MUSL_LOADERS[arch] ?? "/");
	const file = `${driver}/prebuilds/${platform}-${arch}.node`;
	return isCompiled || mayBeMusl || !existsSync(file) ? null : file;
}
