import { z } from "zod";
import { MirrorView } from "./mirrors.ts";

/** Names are checked by `vault`, so that the refusal says which rule was broken. */
const Name = z.string().min(1).max(200);

export const CreateEnvironment = z.strictObject({ name: Name });
export const RenameEnvironment = z.strictObject({ name: Name, to: Name });
export const RemoveEnvironment = z.strictObject({ name: Name });

export const EnvironmentView = z.object({
	name: z.string(),
	/** `default` inherits from nothing; every other environment from `default`. */
	inherits: z.string().nullable(),
	/** The `.env` file that mirrors it, as a path relative to the project folder. */
	file: z.string(),
	/** How many shared settings it has of its own. */
	settings: z.int(),
});

/** What became of an environment, and of the file that mirrors it. */
export const ChangedEnvironment = z.object({ environment: EnvironmentView, mirror: MirrorView });

export type CreateEnvironment = z.infer<typeof CreateEnvironment>;
export type RenameEnvironment = z.infer<typeof RenameEnvironment>;
export type RemoveEnvironment = z.infer<typeof RemoveEnvironment>;
export type EnvironmentView = z.infer<typeof EnvironmentView>;
export type ChangedEnvironment = z.infer<typeof ChangedEnvironment>;
