/** A file system on which one chosen call fails, in the order in which calls are made. */
import { type Disk, realDisk } from "../src/disk.ts";

const CALLS = [
	"closeSync",
	"fchmodSync",
	"fchownSync",
	"fstatSync",
	"fsyncSync",
	"ftruncateSync",
	"lstatSync",
	"lutimesSync",
	"openSync",
	"readFileSync",
	"readdirSync",
	"readlinkSync",
	"realpathSync",
	"renameSync",
	"symlinkSync",
	"unlinkSync",
	"writeSync",
] as const satisfies (keyof Disk)[];

export type Call = (typeof CALLS)[number];
type AnyCall = (...args: unknown[]) => unknown;

const TEXT: Record<string, string> = {
	ENOSPC: "no space left on device",
	EDQUOT: "disk quota exceeded",
	EIO: "i/o error",
	EROFS: "read-only file system",
	EACCES: "permission denied",
	EBUSY: "resource busy or locked",
	EXDEV: "cross-device link not permitted",
	EPERM: "operation not permitted",
};

function systemError(code: string, syscall: string): Error {
	return Object.assign(new Error(`${code}: ${TEXT[code]}, ${syscall} '/somewhere/.env'`), { code, syscall });
}

export function errnoLine(code: string): string {
	return `${code}: ${TEXT[code]}`;
}

/** Every call goes to the real disk, after `before` has had its say: the errno it names is thrown. */
export function diskWith(before: (call: Call) => string | null): Disk {
	const wrap = (call: Call): AnyCall => {
		const real = realDisk[call] as AnyCall;
		return (...args) => {
			const errno = before(call);
			if (errno !== null && call === "closeSync") real(...args);
			if (errno !== null) throw systemError(errno, call.replace("Sync", ""));
			return real(...args);
		};
	};
	return Object.fromEntries(CALLS.map((call) => [call, wrap(call)])) as unknown as Disk;
}
