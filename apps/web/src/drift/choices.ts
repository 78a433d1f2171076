/**
 * Which side each unsettled line is to take. A choice holds for the two values that were on screen when it was made: when
 * either changes, it holds no longer and is asked for again, while the others stay.
 */
import type { MirrorLine, ResolveDrift } from "@holdfast/contract/schemas";
import { useState } from "react";
import { isUnsettled, type Take } from "./line-words.ts";

export type Choice = ResolveDrift["choices"][number];

export function choiceOf({ name, saved, file }: MirrorLine, take: Take): Choice {
	return { name, take, saved: saved?.fingerprint ?? null, file: file?.fingerprint ?? null };
}

/** Whether a choice was made for the values that the line has. */
export function holds(choice: Choice, { saved, file }: MirrorLine): boolean {
	return choice.saved === (saved?.fingerprint ?? null) && choice.file === (file?.fingerprint ?? null);
}

export function useChoices(lines: readonly MirrorLine[]) {
	const [chosen, setChosen] = useState<ReadonlyMap<string, Choice>>(new Map());
	const unsettled = lines.filter(isUnsettled);
	const held = (line: MirrorLine): Choice | null => {
		const choice = chosen.get(line.name);
		return choice && holds(choice, line) ? choice : null;
	};
	return {
		unsettled,
		isBegun: chosen.size > 0,
		/** The choices that hold, in the order of the lines. */
		ready: unsettled.flatMap((line) => held(line) ?? []),
		takeOf: (line: MirrorLine): Take | null => held(line)?.take ?? null,
		/** Whether the line changed since its side was chosen. */
		isStale: (line: MirrorLine): boolean => chosen.has(line.name) && held(line) === null,
		choose: (line: MirrorLine, take: Take) => setChosen(new Map([...chosen, [line.name, choiceOf(line, take)]])),
		chooseAll: (take: Take) => setChosen(new Map(unsettled.map((line) => [line.name, choiceOf(line, take)]))),
		clear: () => setChosen(new Map()),
	};
}

export type Choices = ReturnType<typeof useChoices>;
