/**
 * What is well and what is not, each with the exact fix: the checks of the System screen and of `holdfast doctor`. A check
 * looks at what is there at this moment, and says `ok` rather than nothing.
 */
import { realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import type { Finding } from "@holdfast/contract/schemas";
import { provenBackup, recentBackup } from "./backup-findings.ts";
import type { Examined } from "./examine.ts";
import { rootKeyView, rotationView } from "./keys.ts";
import { mirrorOptions } from "./mirror-options.ts";
import { DATABASE_FILE } from "./snapshot.ts";
import type { Vault } from "./vault.ts";

type Check = (vault: Vault) => Finding | Promise<Finding>;

/** How many names a finding lists before it says how many more there are. */
const NAMED = 20;

/** The checks that open nothing, in the order in which they are shown. */
const CHECKS: readonly Check[] = [
	rootKeyPlace,
	rootKeyMode,
	recoveryKit,
	rotation,
	recentBackup,
	provenBackup,
	databaseMode,
	snapshots,
	files,
	fileModes,
];

export async function findings(vault: Vault): Promise<Finding[]> {
	const found: Finding[] = [];
	for (const check of CHECKS) found.push(await check(vault));
	return found;
}

function ok(id: string, title: string, detail: string): Finding {
	return { id, level: "ok", title, detail, fix: null };
}

/** Whoever copies the data folder has the key with it, and whoever loses the disk loses both. */
function rootKeyPlace({ keys, options }: Vault): Finding {
	const { source } = keys.roots;
	const [id, title] = ["root-key.place", "Where the root key is"];
	if (source.kind !== "file") return ok(id, title, `It comes from ${source.place}, apart from the database.`);
	const place = realPath(source.place);
	const isApart = options.databaseUrl !== null || !isBelow(place, realPath(options.dataDir));
	if (isApart) return ok(id, title, `It is in ${place}, apart from the database.`);
	const detail = "It lies beside the database: whoever copies the data folder can open everything in it.";
	return { id, level: "warning", title, detail, fix: "Run `holdfast key move`." };
}

function rootKeyMode({ keys }: Vault): Finding {
	const { source } = keys.roots;
	const [id, title] = ["root-key.mode", "Who may read the root key"];
	if (source.kind !== "file") return ok(id, title, "It is in no file.");
	const mode = modeOf(source.place);
	if (mode === null)
		return {
			id,
			level: "problem",
			title,
			detail: `${source.place} is not there any more. What runs goes on; nothing starts again without it.`,
			fix: "Restart the server if the file was moved; else put it back, or write the recovery kit into it.",
		};
	return readByOthers({ id, title }, source.place, mode);
}

function databaseMode({ options }: Vault): Finding {
	const path = join(options.dataDir, DATABASE_FILE);
	const about = { id: "database.mode", title: "Who may read the database" };
	if (options.databaseUrl !== null) return ok(about.id, about.title, "It is in PostgreSQL: whom its roles let in.");
	return readByOthers(about, path, modeOf(path) ?? 0o600);
}

function readByOthers(about: Pick<Finding, "id" | "title">, path: string, mode: number): Finding {
	if ((mode & 0o077) === 0) return { ...about, level: "ok", detail: "Only the user that runs Holdfast.", fix: null };
	const detail = `Other users of this machine may: ${path} has the mode ${mode.toString(8)}.`;
	return { ...about, level: "problem", detail, fix: `chmod 600 '${path}'` };
}

async function recoveryKit(vault: Vault): Promise<Finding> {
	const { fingerprint, kitStoredAt } = await rootKeyView(vault);
	const [id, title] = ["root-key.kit", "The recovery kit"];
	if (kitStoredAt !== null) return ok(id, title, `The kit of ${fingerprint} is stored, somebody said.`);
	const detail = `Nobody has said that the kit of ${fingerprint} is stored. Without the root key nothing saved here opens.`;
	return {
		id,
		level: "warning",
		title,
		detail,
		fix: "Run `holdfast key kit`, keep what it prints, then `holdfast key confirm`.",
	};
}

async function rotation(vault: Vault): Promise<Finding> {
	const view = await rotationView(vault);
	const [id, title] = ["keys.rotation", "Rotation of keys"];
	if (!view || view.stage === "done") return ok(id, title, view ? "The last one is done." : "There was none.");
	if (view.stage === "waiting")
		return {
			id,
			level: "warning",
			title,
			detail: "Everything is sealed anew, and the old root key still works.",
			fix: view.wanted,
		};
	return {
		id,
		level: "warning",
		title,
		detail: `${view.done} of ${view.total} rows are sealed anew.`,
		fix: "A running server goes on with it; without one, run `holdfast key rotate`.",
	};
}

function snapshots({ live, options }: Vault): Finding {
	const torn = live.environments().filter((environment) => environment.torn);
	const [id, title] = ["snapshots", "What applications read at their start"];
	const left = join(options.dataDir, DATABASE_FILE);
	if (options.databaseUrl !== null && modeOf(left) !== null) {
		const detail = `${left} is from before the settings were in PostgreSQL. Applications beside it read it, and get old values.`;
		return {
			id,
			level: "warning",
			title,
			detail,
			fix: `Move it away, with ${DATABASE_FILE}-wal and -shm where they are.`,
		};
	}
	if (torn.length === 0) return ok(id, title, "The snapshot of each environment says what its settings say.");
	const detail = `The snapshot of ${torn.map(({ name }) => name).join(", ")} is damaged.`;
	return {
		id,
		level: "problem",
		title,
		detail,
		fix: "Restart the server, which makes it again, or save any setting there.",
	};
}

function files({ mirrors }: Vault): Finding {
	const pending = mirrors.pending().map(({ status }) => status);
	const [id, title] = ["mirrors", ".env files"];
	if (pending.length === 0) return ok(id, title, "None waits to be written.");
	const detail = pending.map(({ target, reason }) => `${target}: ${reason}`).join(" ");
	return { id, level: "warning", title, detail, fix: "Mend the cause; the files are retried by themselves." };
}

/** Values stand there in the clear, and a file that someone made has the mode that they gave it. */
function fileModes({ live, options }: Vault): Finding {
	const [id, title] = ["mirrors.mode", "Who may read the .env files"];
	const kept = live.environments().map(mirrorOptions);
	const open = kept
		.filter(({ enabled, format }) => enabled && format === "plain")
		.filter(({ file }) => ((modeOf(join(options.projectDir, file)) ?? 0) & 0o077) !== 0)
		.map(({ file }) => file);
	if (open.length === 0) return ok(id, title, "Only the user that runs Holdfast.");
	const fix = `chmod 600 ${open.map((file) => `'${join(options.projectDir, file)}'`).join(" ")}`;
	return { id, level: "warning", title, detail: `Other users of this machine may read ${open.join(", ")}.`, fix };
}

/** Whether everything that is sealed opens. */
export function damage({ options }: Vault, { values, damaged }: Examined): Finding {
	const [id, title] = ["values", "What is sealed"];
	if (damaged.length === 0)
		return ok(
			id,
			title,
			`All of it opens: ${values} ${values === 1 ? "value" : "values"}, history included, and the keys above.`,
		);
	const more = damaged.length > NAMED ? `, and ${damaged.length - NAMED} more` : "";
	return {
		id,
		level: "problem",
		title,
		detail: `These do not open: ${damaged.slice(0, NAMED).join("; ")}${more}.`,
		fix: `Save those settings again, or restore a backup from ${options.backupDir}.`,
	};
}

function modeOf(path: string): number | null {
	const found = statSync(path, { throwIfNoEntry: false });
	return found ? found.mode & 0o777 : null;
}

function isBelow(path: string, folder: string): boolean {
	const place = relative(folder, path);
	return place !== ".." && !place.startsWith(`..${sep}`) && !isAbsolute(place);
}

/** Where a link leads; a path that leads nowhere as it is. */
function realPath(path: string): string {
	return statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : path;
}
