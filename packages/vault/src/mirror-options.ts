/** How an environment's file is kept: what was chosen, and what is usual otherwise. */
import { basename, isAbsolute, join, normalize, sep } from "node:path";
import { envFileName, READERS, RESERVED_ENVIRONMENTS } from "@holdfast/contract";
import type { MirrorOptions } from "@holdfast/contract/schemas";
import type { LiveEnvironment } from "./live.ts";

export function mirrorOptions({ name, mirror }: Pick<LiveEnvironment, "name" | "mirror">): MirrorOptions {
	const usual: MirrorOptions = {
		enabled: true,
		file: envFileName(name),
		format: "plain",
		onEdit: "take-in",
		readers: [...READERS],
	};
	return { ...usual, ...mirror };
}

/** `.env`, `.env.something`, `something.env`: the names under which other tools look for such files, and few others. */
const FILE_NAME = /^(?:\.env(?:\.[A-Za-z0-9_-]+)*|[A-Za-z0-9_-]+\.env)$/;

/** Why a file may not be a mirror by its name; `null` when it may. */
export function mirrorFileProblem(file: string): string | null {
	if (isAbsolute(file) || file.includes("\\")) return "it is not relative to the project folder";
	if (join(file) !== file || normalize(file).split(sep).includes("..")) return "it leads out of the project folder";
	if (!FILE_NAME.test(basename(file))) return "its name is neither .env, nor .env.<name>, nor <name>.env";
	// In either case of its letters, and wherever in the name: `example.env` and `.env.production.example` are committed, too.
	const parts = basename(file).toLowerCase().split(".");
	// Frameworks read .env.local first; whoever names it here wants just that.
	const reserved = RESERVED_ENVIRONMENTS.find(({ name }) => name !== "local" && parts.includes(name));
	return reserved?.because ?? null;
}
