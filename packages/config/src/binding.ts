/**
 * The database driver's native part. A bundle that has the driver's JavaScript asks here for it, since the driver's own
 * look-up goes by the folder it lies in. A plain installation is recognised here, which spares an application that boots
 * the reading of the driver's files and of its own memory map; wherever there is a doubt, the driver's look-up decides.
 * `require` is the bundle's own: this module is never run but in one.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";

/** Where musl, the other C library, has its loader: https://musl.libc.org/doc/1.1.24/manual.html, "dynamic linker". */
const MUSL_LOADERS: Readonly<Record<string, string>> = {
	x64: "/lib/ld-musl-x86_64.so.1",
	arm64: "/lib/ld-musl-aarch64.so.1",
};

/** @throws Error of Node's own when the driver is not installed, or has no binary for this machine. */
export function getBinding(): unknown {
	const folder = findDriver(import.meta.dirname);
	const file = folder === null ? null : plainBinary(folder);
	if (file === null) return require(`${folder ?? "better-sqlite3"}/lib/binding.js`).getBinding();
	const module = { exports: {} };
	process.dlopen(module, file);
	return module.exports;
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
