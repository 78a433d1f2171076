/** What became of a setting with each of its versions, in words. */
import type { VersionView } from "@holdfast/contract/schemas";

const CHANGES: Record<VersionView["change"], string> = {
	created: "created",
	changed: "changed",
	kept: "same value again",
	removed: "removed",
};

/** "changed"; "restored from version 3", whatever that came to. */
export function changeWords({ change, restoredFrom }: VersionView): string {
	return restoredFrom === null ? CHANGES[change] : `restored from version ${restoredFrom}`;
}

/** A version's value as it may be shown, or the words for why there is none. */
export type Told = { shown: string } | { words: string };

/** `version` is one of `versions`, newest first, or `undefined` for what was before the first. */
export function told(version: VersionView | undefined, versions: readonly VersionView[]): Told {
	if (!version || version.removed) return { words: "no value" };
	if (version.shown !== null) return { shown: version.shown };
	// The current value is always kept.
	return { words: version === versions[0] ? "does not open" : "value no longer kept" };
}

/** The version that applies, 0 when it was removed: what `expectedVersion` compares. */
export function currentVersion([newest]: readonly VersionView[]): number {
	return newest && !newest.removed ? newest.version : 0;
}

export function isRestorable(version: VersionView, versions: readonly VersionView[]): boolean {
	return version.shown !== null && !version.removed && version.version !== currentVersion(versions);
}
