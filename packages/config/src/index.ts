/** Hydration for applications: `hydrate()`, or `import "@holdfast/config/register"` for its effect alone. */
import type { Explanation } from "./explain.ts";
import { type HydrateOptions, later } from "./hydrate.ts";

export { AppError } from "@holdfast/contract";
export type { Explanation } from "./explain.ts";
export { type Hydrated, type HydrateOptions, type Hydration, hydrate } from "./hydrate.ts";
export type { Origin } from "./values.ts";
export type { Change, Watching } from "./watch.ts";

/**
 * Where a variable's value comes from, what it hides, and what is wrong, without the value. Also after `hydrate` has failed.
 *
 * @throws AppError `OPTION_INVALID`
 */
export function explain(name: string, where?: Pick<HydrateOptions, "environment" | "env" | "cwd">): Explanation {
	return later().explain(name, where);
}
