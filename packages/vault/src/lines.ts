/**
 * The lines of `.env` files that may count as values, read anew whenever a file is not as it was. Guards that a line someone
 * edits shows at the next look: what is kept of a file is believed only where its state tells of every later write.
 */
import { type BigIntStats, lstatSync } from "node:fs";
import { forbiddenBecause, NAME_PATTERN } from "@holdfast/contract";
import { isEncrypted, readEnvFile } from "@holdfast/envfile";

/**
 * File systems note times in steps of up to some milliseconds, so that a file written twice within one may look the same. One
 * that was last changed this long before it was read does not: in nanoseconds.
 */
const SETTLED = 100_000_000n;

interface Kept {
	state: string;
	values: ReadonlyMap<string, string>;
}

const kept = new Map<string, Kept>();

/** Of a legal name, and not sealed for another program. Costs a look at the file's state when it is as it was. */
export function settableLines(path: string): ReadonlyMap<string, string> {
	const state = stateOf(path);
	const known = kept.get(path);
	if (known && known.state === state) return known.values;
	const counts = ([name, value]: [string, string]) =>
		NAME_PATTERN.test(name) && forbiddenBecause(name) === null && !isEncrypted(value);
	const values = new Map([...readEnvFile(path).entries].filter(counts));
	if (state === null) kept.delete(path);
	else kept.set(path, { state, values });
	return values;
}

/** `null` for what is no plain file, and for one that was changed a moment ago. */
function stateOf(path: string): string | null {
	const found: BigIntStats | undefined = lstatSync(path, { bigint: true, throwIfNoEntry: false });
	if (!found?.isFile()) return null;
	const { dev, ino, size, mtimeNs, ctimeNs } = found;
	if (BigInt(Date.now()) * 1_000_000n - ctimeNs < SETTLED) return null;
	return [dev, ino, size, mtimeNs, ctimeNs].join();
}
