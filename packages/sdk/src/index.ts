/** The typed client of a Holdfast server. Runs in Node and in browsers; what is kept in a file is at `@holdfast/sdk/cache`. */
export { HoldfastError } from "./error.ts";
export {
	type CachedOptions,
	createHoldfast,
	type Holdfast,
	type HoldfastOptions,
	type In,
	type ReadValue,
	type SecretHandle,
	type WatchOptions,
} from "./holdfast.ts";
export type { Cache, Held, SavedValue, Stale } from "./values.ts";
