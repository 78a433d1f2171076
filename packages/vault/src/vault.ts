/**
 * A vault: one data folder opened by one process. What is done with it is in the modules named for its nouns, each a set of
 * functions that take the vault and the caller.
 */
import { relative, resolve } from "node:path";
import { AppError } from "@holdfast/contract";
import { claimCode, fingerprinter, sessionSecret } from "@holdfast/crypto";
import type { BackupStep } from "./backup-make.ts";
import { BackupSchedule } from "./backup-schedule.ts";
import { Hydrations } from "./hydrate.ts";
import { KeyRing } from "./keyring.ts";
import { Live, type LiveEnvironment } from "./live.ts";
import { MirrorFiles, type MirrorStep } from "./mirror-files.ts";
import { Reporters } from "./reporters.ts";
import { Retention } from "./retention.ts";
import type { RootKeyOptions } from "./root-key-source.ts";
import { advance, type RotationStep } from "./rotation.ts";
import { SaveQueue } from "./save-queue.ts";
import { repairSnapshots, start } from "./start.ts";
import type { Opened, Storage } from "./storage/storage.ts";
import { keepFile } from "./take-in.ts";
import { TokenUses } from "./token-uses.ts";
import { Worker } from "./worker.ts";

/** A step of a save, a rotation or a backup that a test may stop at. */
export type Step = "before-commit" | "after-commit" | MirrorStep | RotationStep | BackupStep;

export interface VaultOptions {
	/** The folder of this machine: with the database, unless that is elsewhere, the root key and the locks. Made when missing. */
	dataDir: string;
	/** The address of a PostgreSQL database, with its password; `null` for a file in the folder. */
	databaseUrl: string | null;
	/** The folder with the `.env` files, for a process that serves. Any other uses the one that was served last. */
	projectDir: string;
	rootKey: RootKeyOptions;
	/** The folder for backups. */
	backupDir: string;
	/** The process environment as it was at start. */
	processEnv: ReadonlyMap<string, string>;
	precedence: "saved" | "process";
	/** Whether this process serves others for a while: it then reports itself as a worker and keeps up with the revision. */
	serves: boolean;
	/** Whether this process, if it serves, makes backups when they are due. */
	schedule: boolean;
	/** Told of what goes wrong outside any request. Never given a value. */
	warn: (message: string) => void;
	/** Called at each such step, so that a test can stop the process there. */
	onStep?: (step: Step) => void;
}

export interface Vault {
	readonly options: VaultOptions;
	readonly storage: Storage;
	readonly keys: KeyRing;
	readonly live: Live;
	readonly mirrors: MirrorFiles;
	readonly saves: SaveQueue;
	readonly hydrations: Hydrations;
	readonly reporters: Reporters;
	readonly tokenUses: TokenUses;
	/** This process as a worker; `null` when it does not serve. */
	readonly worker: Worker | null;
	/** The keyed fingerprint of a value, for comparing without knowing. */
	readonly fingerprint: (name: string, value: string) => string;
	readonly claimCode: string;
	/** The secret that browser sessions are signed with. */
	readonly sessionSecret: string;
	/** The connection for better-auth, which keeps accounts and sessions in the same database. */
	readonly database: Opened["database"];
	/** What better-auth has to know of it. */
	readonly accounts: Opened["accounts"];
	[Symbol.asyncDispose](): Promise<void>;
}

/**
 * Open a data folder, making it, its database and its root key on the very first start.
 *
 * @throws AppError with one of the codes `ROOT_KEY_…`; then nothing was made or changed.
 */
export async function openVault(given: VaultOptions): Promise<Vault> {
	const { database, accounts, storage, roots } = await start(given, given.rootKey);
	const keys = new KeyRing(roots, storage);
	const instanceKey = await keys.find("instance");
	if (!instanceKey) throw new AppError("VALUE_DAMAGED", { name: "the instance's data key" });
	const fingerprint = fingerprinter(instanceKey);
	const live = new Live(storage, keys, given.warn);
	const folder = await projectFolder(storage, given);
	const options = { ...given, projectDir: resolve(given.dataDir, folder) };
	const { warn } = options;
	const mirrors = new MirrorFiles({ options, storage, live, fingerprint, folder });
	const keep = (environment: LiveEnvironment) => keepFile(vault, environment);
	const worker = options.serves
		? new Worker({ storage, live, mirrors, keep, rotate: () => advance(vault), warn })
		: null;
	const tokenUses = new TokenUses(storage, warn);
	const retention = new Retention(storage, warn);
	const schedule = new BackupSchedule();
	const vault: Vault = {
		options,
		storage,
		keys,
		live,
		mirrors,
		saves: new SaveQueue(),
		hydrations: new Hydrations(),
		reporters: new Reporters(),
		tokenUses,
		worker,
		fingerprint,
		claimCode: claimCode(instanceKey),
		sessionSecret: sessionSecret(instanceKey),
		database,
		accounts,
		async [Symbol.asyncDispose]() {
			for (const part of [schedule, tokenUses, retention, worker, mirrors]) {
				await part?.stop().catch((error: Error) => warn(`Stopping: ${error.message}`));
			}
			await storage.close();
		},
	};
	await live.refresh();
	if (worker) {
		await serve(vault, worker);
		retention.start();
		if (options.schedule) schedule.start(vault);
	}
	return vault;
}

/** Mend what a crash left behind, look at every file that someone may have edited meanwhile, and keep up from then on. */
async function serve(vault: Vault, worker: Worker): Promise<void> {
	const { storage, keys, live, mirrors, options } = vault;
	const repaired = await repairSnapshots(storage, keys, live);
	if (repaired.length > 0)
		options.warn(`The snapshot of ${repaired.join(", ")} was damaged and has been made again from the rows.`);
	await live.refresh();
	for (const environment of live.environments()) await keepFile(vault, environment);
	await mirrors.record();
	await worker.start();
}

/**
 * The project folder, relative to the data folder. A process that serves brings its own; any other keeps to the one that was
 * served, wherever it is run: else a key would be written into whatever folder someone happens to stand in.
 */
async function projectFolder(storage: Storage, { serves, dataDir, projectDir }: VaultOptions): Promise<string> {
	const own = relative(dataDir, projectDir) || ".";
	return serves ? own : ((await storage.lastFolder()) ?? own);
}
