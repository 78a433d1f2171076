/** Hydration for applications: `hydrate()`, or `import "@holdfast/config/register"` for its effect alone. */
export { AppError } from "@holdfast/contract";
export { type HydrateOptions, type Hydration, hydrate, type Origin } from "./hydrate.ts";
