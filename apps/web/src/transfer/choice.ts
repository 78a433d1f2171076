/** Which lines of a preview can be saved, and which of them someone has chosen. */
import type { ImportRow } from "@holdfast/contract/schemas";
import { useState } from "react";
import type { Standing } from "../ui/status.tsx";

interface Offer {
	name: string;
	version: number;
}

export const VERDICTS: Record<ImportRow["verdict"], Standing> = {
	new: { tone: "ok", word: "New" },
	changed: { tone: "warn", word: "Changed" },
	same: { tone: "ready", word: "Same" },
	refused: { tone: "bad", word: "Refused" },
	superseded: { tone: "none", word: "Superseded" },
};

/** The settings that saving would change. */
function offersOf(rows: readonly ImportRow[]): Offer[] {
	return rows.flatMap(({ name, verdict, version }) =>
		name !== null && (verdict === "new" || verdict === "changed") ? [{ name, version }] : [],
	);
}

/** "2 new, 1 changed, 4 same." */
export function summaryOf(rows: readonly ImportRow[]): string {
	if (rows.length === 0) return "There is no assignment in it.";
	const counts = Object.entries(VERDICTS).flatMap(([verdict, { word }]) => {
		const count = rows.filter((row) => row.verdict === verdict).length;
		return count === 0 ? [] : [`${count} ${word.toLowerCase()}`];
	});
	return `${counts.join(", ")}.`;
}

/** Everything that is offered is chosen until someone leaves it out. */
export function useChoice(rows: readonly ImportRow[]) {
	const offers = offersOf(rows);
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	return {
		offers,
		chosen: offers.filter(({ name }) => !left.has(name)),
		isOffered: (row: ImportRow) => row.verdict === "new" || row.verdict === "changed",
		isChosen: (name: string) => !left.has(name),
		toggle: (name: string) => setLeft((before) => toggled(before, name)),
		toggleAll: () => setLeft((before) => new Set(before.size === 0 ? offers.map(({ name }) => name) : [])),
	};
}

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
	const next = new Set(names);
	if (!next.delete(name)) next.add(name);
	return next;
}

export type Choice = ReturnType<typeof useChoice>;
