/** How the instance stands, in words. */
import { type Drill, type Finding, LocalHost, type RootKeyView, type RotationView } from "@holdfast/contract/schemas";
import type { Standing } from "../ui/status.tsx";

const numbers = new Intl.NumberFormat("en");

/** "1,203 values" */
export function counted(count: number, one: string, many = `${one}s`): string {
	return `${numbers.format(count)} ${count === 1 ? one : many}`;
}

/** "412 kB", in thousands, as file managers count. */
export function sizeWords(bytes: number): string {
	const units = ["B", "kB", "MB", "GB", "TB"];
	const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
	const amount = bytes / 1_000 ** power;
	return `${amount.toFixed(power > 0 && amount < 10 ? 1 : 0)} ${units[power]}`;
}

export const LEVELS: Record<Finding["level"], Standing> = {
	ok: { tone: "ok", word: "In order" },
	warning: { tone: "warn", word: "Warning" },
	problem: { tone: "bad", word: "Problem" },
};

/** "1 problem, 2 warnings, 5 in order." */
export function findingsSummary(findings: readonly Finding[]): string {
	const of = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length;
	const parts = [
		...(of("problem") > 0 ? [counted(of("problem"), "problem")] : []),
		...(of("warning") > 0 ? [counted(of("warning"), "warning")] : []),
		`${of("ok")} in order`,
	];
	return `${parts.join(", ")}.`;
}

/** A part of an advice: words, or a command to run as it stands. */
export interface AdvicePart {
	text: string;
	command: boolean;
}

/**
 * An advice taken apart: what stands between backticks, what follows "run:", and an advice that is a command as a whole,
 * which begins in lower case where a sentence does not.
 */
export function adviceParts(advice: string): AdvicePart[] {
	if (/^[a-z]/.test(advice)) return [{ text: advice, command: true }];
	const run = /^(.*\brun: )(.+)$/s.exec(advice);
	if (run?.[1] && run[2]) return [...adviceParts(run[1]), { text: run[2], command: true }];
	return advice
		.split("`")
		.map((text, i) => ({ text, command: i % 2 === 1 }))
		.filter(({ text }) => text !== "");
}

const SOURCES: Record<RootKeyView["source"], string> = {
	variable: "From the environment variable",
	command: "Printed by a command",
	passphrase: "Made from a passphrase",
	file: "In the file",
};

/** "In the file", before its place. */
export function sourceOf({ source }: Pick<RootKeyView, "source">): string {
	return SOURCES[source];
}

/** "1,203 of 1,203 values, with the recovery kit" */
export function provenWords({ values, damaged, withKit }: Drill): string {
	const opened = `${numbers.format(values)} of ${counted(values + damaged, "value")}`;
	return `${opened}, with ${withKit ? "the recovery kit" : "the server’s own key"}`;
}

/** "1,203 of 2,000 rows sealed anew" */
export function progressWords({ done, total }: Pick<RotationView, "done" | "total">): string {
	return `${numbers.format(done)} of ${counted(total, "row")} sealed anew`;
}

export const ROTATED: Record<RotationView["kind"], string> = { root: "root key", data: "data keys" };

/** A host as it is named among those that may be local: of a base URL with its port, of anything else as it is typed. */
export function hostOf(text: string): string | null {
	const typed = text.trim();
	const isUrl = /^https?:/i.test(typed);
	const url = URL.parse(isUrl ? typed : `http://${typed}`);
	if (typed === "" || url === null || url.username !== "" || (!isUrl && url.pathname !== "/")) return null;
	const port = url.port || (isUrl && url.protocol === "https:" ? "443" : isUrl || /:80$/.test(typed) ? "80" : "");
	return LocalHost.safeParse(port === "" ? url.hostname : `${url.hostname}:${port}`).data ?? null;
}
