/**
 * Who holds a lock, as text that fits into a link's target, and whether that one is still there. A process is named by its
 * number and by the place where that number counts: the host, its boot, and the namespace of a container. A number that
 * belongs to another place is never judged by the processes that run here.
 */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { errnoOf } from "./disk.ts";
import { isAlive } from "./temp.ts";

export interface Holder {
	pid: number;
	/** 12 hexadecimal digits. */
	host: string;
	/** Of this one holding; never given twice. */
	id: string;
}

let own: string | undefined;

/** What the kernel says under this path, or nothing where it has no such path. */
function fact(read: () => string): string {
	try {
		return read();
	} catch (error) {
		if (errnoOf(error) === null) throw error;
		return "";
	}
}

function ownHost(): string {
	own ??= createHash("sha256")
		.update(
			[
				hostname(),
				fact(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
				fact(() => readlinkSync("/proc/self/ns/pid")),
			].join("\n"),
		)
		.digest("hex")
		.slice(0, 12);
	return own;
}

export function holderText(id: string): string {
	return `${ownHost()}-${process.pid}-${id}`;
}

/** A text that nobody here wrote belongs to a holder of which nothing is known. */
export function parseHolder(text: string): Holder {
	const [, host, pid, id] = /^([0-9a-f]{12})-(\d+)-([0-9a-f]{12})$/.exec(text) ?? [];
	if (host === undefined || id === undefined) {
		return { pid: 0, host: "", id: createHash("sha256").update(text).digest("hex").slice(0, 12) };
	}
	return { pid: Number(pid), host, id };
}

/** Whether a holder is known to be dead: it was on this host, and its process is not there. */
export function isGone({ host, pid }: Holder): boolean {
	return host === ownHost() && !isAlive(pid);
}
