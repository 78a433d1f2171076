import { z } from "zod";

export const CreateEnvironment = z.strictObject({ name: z.string().min(1).max(200) });

export const EnvironmentView = z.object({
	name: z.string(),
	/** `default` inherits from nothing; every other environment from `default`. */
	inherits: z.string().nullable(),
	/** The `.env` file that mirrors it, as a path relative to the project folder. */
	file: z.string(),
	/** How many shared settings it has of its own. */
	settings: z.int(),
});

export type CreateEnvironment = z.infer<typeof CreateEnvironment>;
export type EnvironmentView = z.infer<typeof EnvironmentView>;
