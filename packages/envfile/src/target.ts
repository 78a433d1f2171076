/**
 * Which file a path leads to, and whether it may be replaced. Nothing is written through a link that leaves the allowed
 * root, into a device, or to a file that has a second name elsewhere.
 */
import type { BigIntStats } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { AppError } from "@holdfast/contract";
import { type Disk, errnoOf } from "./disk.ts";

export interface Target {
	/** The real path: a link that is followed stays a link. */
	path: string;
	/** `null` when there is no such file yet. */
	stats: BigIntStats | null;
}

type Kind = Pick<BigIntStats, "isDirectory" | "isFIFO" | "isFile" | "isSocket">;

function isInside(path: string, root: string): boolean {
	const rest = relative(root, path);
	return rest !== ".." && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
}

function kind(stats: Kind): string {
	if (stats.isDirectory()) return "a folder";
	if (stats.isFIFO()) return "a FIFO";
	if (stats.isSocket()) return "a socket";
	return "a device";
}

/** The sentence's end for a file that is not a plain file; `null` for one that is. */
export function kindProblem(stats: Kind): string | null {
	return stats.isFile() ? null : `it is ${kind(stats)}, not a plain file`;
}

/** What is at a path, links not followed; `null` for nothing. */
export function statsOf(path: string, disk: Disk): BigIntStats | null {
	return disk.lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}

/** What identifies a state of a file: its inode, size and times. `null` for no file. */
export function stampOf(stats: BigIntStats | null): string | null {
	return stats && `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
}

/** Where a symbolic link leads; `null` when it leads to nothing. */
function linkEnd(path: string, disk: Disk): string | null {
	try {
		return disk.realpathSync(path);
	} catch (error) {
		if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ELOOP") return null;
		throw error;
	}
}

/**
 * The file to replace for `path`, which may not exist yet.
 *
 * @throws AppError `FILE_UNSAFE` when its folder or the end of its link is outside `root`, when a link leads to
 * nothing, when it is no plain file, or when it has more than one hard link.
 */
export function findTarget(path: string, root: string, disk: Disk): Target {
	const name = basename(path);
	const unsafe = (detail: string): AppError => new AppError("FILE_UNSAFE", { name, detail });
	const allowed = disk.realpathSync(root);
	const asked = resolve(path);
	const folder = dirname(asked) === resolve(root) ? allowed : disk.realpathSync(dirname(asked));
	if (!isInside(folder, allowed)) throw unsafe("it is outside the allowed folder");
	let real = join(folder, basename(asked));
	let stats = statsOf(real, disk);
	if (stats?.isSymbolicLink()) {
		const end = linkEnd(real, disk);
		if (end === null) throw unsafe("it is a symbolic link that leads to no file");
		if (!isInside(end, allowed)) throw unsafe("it is a symbolic link that leads out of the allowed folder");
		real = end;
		stats = statsOf(real, disk);
	}
	if (stats === null) return { path: real, stats };
	const problem = kindProblem(stats);
	if (problem !== null) throw unsafe(problem);
	if (stats.nlink > 1n) throw unsafe("it has more than one hard link");
	return { path: real, stats };
}
