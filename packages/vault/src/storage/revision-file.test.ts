import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { testFolder } from "../../test/harness.ts";
import { REVISION_FILE } from "../snapshot.ts";
import { RevisionFile } from "./revision-file.ts";

/** Two processes on one folder: what either commits moves the other's stamp. */
function pair(folder: string) {
	let commits = 0;
	const told = vi.fn();
	const [committing, waiting] = [0, 1].map(() => new RevisionFile(folder, () => commits)) as [
		RevisionFile,
		RevisionFile,
	];
	const commit = () => {
		commits += 1;
		committing.announce(commits);
	};
	return { told, committing, waiting, commit, path: join(folder, REVISION_FILE) };
}

test("who waits is told of each commit, and of none that there was not", async () => {
	using folder = testFolder();
	const { told, waiting, committing, commit, path } = pair(folder.path);
	const end = waiting.onChange(told);
	for (let i = 1; i <= 20; i++) {
		commit();
		await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(i), { interval: 1 });
	}
	committing.announce(20);
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(told).toHaveBeenCalledTimes(20);
	end();
	commit();
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(told).toHaveBeenCalledTimes(20);
	expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("who commits is told of it as well, once of several, and after going on", async () => {
	using folder = testFolder();
	const committing = new RevisionFile(folder.path, () => 0);
	const told = vi.fn();
	committing.onChange(told);
	committing.announce(1);
	committing.announce(2);
	expect(told).not.toHaveBeenCalled();
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(told).toHaveBeenCalledTimes(1);
	committing.close();
});

test("who only waits makes no file, and is told all the same", async () => {
	using folder = testFolder();
	const { told, committing, commit, path } = pair(folder.path);
	let commits = 0;
	const waiting = new RevisionFile(folder.path, () => commits, { makes: false });
	waiting.onChange(told);
	expect(existsSync(path)).toBe(false);
	commits = 1;
	commit();
	await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1), { timeout: 5_000 });
	for (const each of [waiting, committing]) each.close();
});

test("a file that is gone, replaced or none at all is made up for by looking, and watched again", async () => {
	using folder = testFolder();
	const { told, waiting, committing, commit, path } = pair(folder.path);
	waiting.onChange(told);
	const harms = [
		() => rmSync(path),
		() => renameSync(path, `${path}.moved`),
		() => {
			rmSync(path);
			mkdirSync(path);
		},
		() => rmSync(path, { recursive: true }),
	];
	for (const harm of harms) {
		told.mockClear();
		harm();
		commit();
		await vi.waitFor(() => expect(told).toHaveBeenCalled(), { timeout: 5_000 });
	}
	commit();
	await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2), { timeout: 5_000 });
	for (const each of [waiting, committing]) each.close();
});

/** What this process watches, as Linux counts it: https://man7.org/linux/man-pages/man5/proc_pid_fdinfo.5.html */
function watched(): number {
	const infos = readdirSync("/proc/self/fdinfo").map((name) => {
		const path = `/proc/self/fdinfo/${name}`;
		return existsSync(path) ? readFileSync(path, "utf8") : "";
	});
	return infos.join().match(/^inotify wd:/gm)?.length ?? 0;
}

test.runIf(process.platform === "linux")("listeners that leave leave nothing behind", async () => {
	using folder = testFolder();
	const { told, waiting, commit } = pair(folder.path);
	const before = watched();
	for (let i = 0; i < 20; i++) {
		const ends = [waiting.onChange(told), waiting.onChange(told)];
		expect(watched()).toBe(before + 1);
		for (const end of ends) end();
		ends[0]?.();
		expect(watched()).toBe(before);
	}
	const [first] = [waiting.onChange(told), waiting.onChange(told)];
	first?.();
	commit();
	await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
	waiting.close();
	expect(watched()).toBe(before);
});
