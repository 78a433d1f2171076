/**
 * Every system call of an update fails once and is the last of its process once, where the file is renamed over and where
 * it has to be written in place. The file is the old or the new one, and the answer says which.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { AppError } from "@holdfast/contract";
import { describe, expect, test } from "vitest";
import { journalPath } from "../src/journal.ts";
import { readEnvFile } from "../src/read.ts";
import { updateEnvFile } from "../src/update.ts";
import { type Call, diskWith, errnoLine } from "./failing-disk.ts";
import { tempFolder } from "./temp-folder.ts";

const OLD = "# mine\nKEY='old, and rather long'\nOTHER=1\n";
const NEW = "# mine\nKEY='new'\nOTHER=1\n";
const ERRNOS = ["EACCES", "ENOSPC", "EDQUOT", "EIO", "EXDEV", "EBUSY", "EROFS"];
const IS_ROOT = process.getuid?.() === 0;
/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 600_000 };

const WAYS = ["by rename", "in place"] as const;
type Way = (typeof WAYS)[number];
const READING: Call[] = ["realpathSync", "lstatSync", "openSync", "fstatSync", "readFileSync", "closeSync"];
const RENAMING: Call[] = [...READING, "readdirSync", "writeSync", "fchmodSync", "fsyncSync", "renameSync"];
if (IS_ROOT) RENAMING.push("fchownSync");
const CALLS: Record<Way, Call[]> = { "by rename": RENAMING, "in place": [...RENAMING, "ftruncateSync", "unlinkSync"] };

/** A folder with the old file, of which owner and mode have to be carried over. */
function project() {
	const folder = tempFolder();
	const path = join(folder.path, ".env");
	fs.writeFileSync(path, OLD, { mode: 0o640 });
	if (IS_ROOT) fs.chownSync(path, 1234, 5678);
	return {
		path,
		root: folder.path,
		[Symbol.dispose]: () => folder[Symbol.dispose](),
		text: () => fs.readFileSync(path, "utf8"),
		list: () => fs.readdirSync(folder.path),
	};
}
type Project = ReturnType<typeof project>;

/** What an update says: its status, or what `MIRROR_FAILED` tells. */
function saidBy({ path, root }: Project, disk: ReturnType<typeof diskWith>): string {
	try {
		return updateEnvFile({ path, root, values: new Map([["KEY", "new"]]), fs: disk }).status;
	} catch (error) {
		if (!(error instanceof AppError) || error.code !== "MIRROR_FAILED") throw error;
		expect(error.fields.name).toBe(".env");
		expect(error.message).not.toMatch(/somewhere|old|new'/);
		return String(error.fields.detail);
	}
}

/** Refuses the first rename, as a mount point does. */
function refusal(way: Way): (call: Call) => string | null {
	let renames = 0;
	return (call) => (way === "in place" && call === "renameSync" && renames++ === 0 ? "EBUSY" : null);
}

function expectMended(it: Project): void {
	const { path, root } = it;
	expect(["replaced", "unchanged"]).toContain(updateEnvFile({ path, root, values: new Map([["KEY", "new"]]) }).status);
	expect(it.text()).toBe(NEW);
	expect(it.list()).toEqual([".env"]);
}

describe.each(WAYS)("%s", (way) => {
	test.each(ERRNOS)("FAULTS 6: %s at each call: the file that the answer says, and nothing beside it", (errno) => {
		const failed = new Set<Call>();
		for (let at = 0; ; at += 1) {
			using it = project();
			let made = 0;
			const refuse = refusal(way);
			const disk = diskWith((call) => {
				const refused = refuse(call);
				if (made++ !== at) return refused;
				failed.add(call);
				return errno;
			});
			const said = saidBy(it, disk);
			if (made <= at) break;
			const texts: Record<string, string> = {
				replaced: NEW,
				"in-place": NEW,
				[errnoLine(errno)]: OLD,
				[`${errnoLine(errno)} after it was replaced`]: NEW,
			};
			expect({ at, said, text: it.text() }).toEqual({ at, said, text: texts[said] });
			expect(it.list()).toEqual([".env"]);
			expectMended(it);
		}
		expect([...failed].sort()).toEqual(CALLS[way].toSorted());
	});
});

test("a write in place that fails for good says so, is read from its journal, and is finished by the next write", () => {
	using it = project();
	const refuse = refusal("in place");
	const disk = diskWith((call) => (call === "ftruncateSync" ? "EIO" : refuse(call)));
	const journaled = "; it may be torn, and the next write finishes it from its journal";
	expect(saidBy(it, disk)).toBe(errnoLine("EIO") + journaled);
	expect(fs.readFileSync(journalPath(it.path), "utf8")).toBe(NEW);
	expect(readEnvFile(it.path).entries.get("KEY")).toBe("new");
	expectMended(it);
});

/** Updates a file in another process, which kills itself before its call number `at`, or in the middle of that write. */
const KILLED = `
const [diskUrl, updateUrl, path, root, way, at, torn] = process.argv.slice(1);
const { diskWith } = await import(diskUrl);
const { updateEnvFile } = await import(updateUrl);
const die = () => process.kill(process.pid, "SIGKILL");
let made = 0;
let renames = 0;
const disk = diskWith((call) => {
	if (made++ === Number(at) && torn === "") die();
	return way === "in place" && call === "renameSync" && renames++ === 0 ? "EBUSY" : null;
});
const { writeSync } = disk;
let writes = 0;
disk.writeSync = (fd, bytes, offset, length, position) => {
	if (String(writes++) !== torn) return writeSync(fd, bytes, offset, length, position);
	writeSync(fd, bytes, offset, Math.ceil(length / 2), position);
	die();
};
updateEnvFile({ path, root, values: new Map([["KEY", "new"]]), fs: disk });
`;

/** Runs the update until it is killed; whether it was. */
async function killed({ path, root }: Project, way: Way, { at = 0, torn = "" }): Promise<boolean> {
	const urls = ["./failing-disk.ts", "../src/update.ts"].map((file) => new URL(file, import.meta.url).href);
	const args = ["--input-type=module", "-e", KILLED, ...urls, path, root, way, String(at), torn];
	const [code, signal] = await once(spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] }), "exit");
	expect([code, signal]).toEqual(signal === null ? [0, null] : [null, "SIGKILL"]);
	return signal !== null;
}

/** Looks at what a killed update left; whether it is the new file. */
function isNew(it: Project, way: Way): boolean {
	const read = readEnvFile(it.path).entries.get("KEY");
	const text = it.text();
	const isTorn = text !== OLD && text !== NEW;
	if (way === "by rename" || !isTorn) expect(text === NEW || fs.existsSync(journalPath(it.path))).toBe(read === "new");
	if (isTorn) expect([way, fs.readFileSync(journalPath(it.path), "utf8")]).toEqual(["in place", NEW]);
	expect(read === "new" || read === "old, and rather long").toBe(true);
	return read === "new";
}

describe.each(WAYS)("FAULTS 8: killed %s", (way) => {
	test(
		"at each call: the old file, from some call on the new one, and the next write leaves nothing else",
		PATIENT,
		async () => {
			const seen: boolean[] = [];
			for (let at = 0; ; at += 1) {
				using it = project();
				const wasKilled = await killed(it, way, { at });
				seen.push(isNew(it, way));
				expectMended(it);
				if (!wasKilled) break;
			}
			const first = seen.indexOf(true);
			expect(seen).toEqual(seen.map((_, at) => at >= first));
			expect([first > 10, seen.length - first > 3]).toEqual([true, true]);
		},
	);

	test.each(way === "in place" ? ["0", "1"] : ["0"])("in the middle of write %s", PATIENT, async (torn) => {
		using it = project();
		expect(await killed(it, way, { torn })).toBe(true);
		expect(isNew(it, way)).toBe(torn === "1");
		expectMended(it);
	});
});
