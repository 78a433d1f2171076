/**
 * Where a variable's value comes from and what stands in its way, without the value. For whoever wonders why a program has
 * another one than was saved: it looks again, by itself, at everything that hydration looks at, and fails at nothing.
 */
import { AppError } from "@holdfast/contract";
import type { Finding } from "@holdfast/contract/schemas";
import { type Candidate, candidates, readSavedValues } from "@holdfast/vault/snapshot";
import { folderFindings, type Subject, variableFindings } from "./findings.ts";
import type { HydrateOptions } from "./hydrate.ts";
import { readOptions } from "./options.ts";
import { readRemote } from "./remote.ts";
import { asItWas, leftOutBecause, nothingSaved, type Origin, type Saved, sourcesOf } from "./values.ts";

export interface Explanation {
	name: string;
	environment: string;
	/** Every place that has a value, strongest first; the first one applies. */
	chain: readonly Origin[];
	/** One sentence for people. */
	sentence: string;
	/** What is in the way of a value, or soon will be, each with what to do about it. Empty when all is well. */
	findings: readonly Finding[];
}

/** @throws AppError `OPTION_INVALID` */
export function explain(name: string, wanted: Pick<HydrateOptions, "environment" | "env" | "cwd"> = {}): Explanation {
	const env = wanted.env ?? process.env;
	const cwd = wanted.cwd ?? process.cwd();
	const options = readOptions(asItWas(env), cwd);
	const environment = wanted.environment ?? options.environment;
	const read = (): Saved => {
		if (options.url !== null) return readRemote(options, environment, false);
		if (options.databaseUrl !== null) throw new AppError("NEEDS_SERVER");
		return readSavedValues(options.dataDir, options.rootKey, environment);
	};
	const { saved, problem } = attempt(read, environment);
	const found = leftOutBecause(name) === null ? candidates(name, sourcesOf(options, environment, saved).sources) : [];
	const subject: Subject = { name, env, cwd, options, chain: found, files: saved.files.map(({ path }) => path) };
	const findings = [...(problem ? [problem] : []), ...variableFindings(subject), ...folderFindings(subject)];
	const chain = found.map(({ source, place, version }) => ({ source, place, version }));
	return { name, environment, chain, sentence: sentenceOf(name, chain), findings };
}

function attempt(read: () => Saved, environment: string): { saved: Saved; problem: Finding | null } {
	try {
		return { saved: read(), problem: null };
	} catch (error) {
		const detail = (error as Error).message;
		const about = { id: "saved.unread", level: "problem", title: "What is saved could not be read" } as const;
		return { saved: nothingSaved(environment), problem: { ...about, detail, fix: null } };
	}
}

function sentenceOf(name: string, [first, ...rest]: readonly Origin[]): string {
	if (!first) {
		const because = leftOutBecause(name);
		return because === null ? `${name} has no value anywhere.` : `${name} is never hydrated: ${because}.`;
	}
	const hidden = rest.length > 0 ? `, ahead of ${rest.map(wordsOf).join(", ")}` : "";
	return `${name} comes from ${wordsOf(first)}${hidden}.`;
}

function wordsOf({ source, place, version }: Pick<Candidate, "source" | "place" | "version">): string {
	if (source === "process") return "the process environment at start";
	return source === "file" ? `a hand-written line in ${place}` : `${place} (saved, version ${version})`;
}
