/** What is said of one line of a file: how it stands, what happened to it, and what each side would do. */
import type { LineState, MirrorLine, ResolveDrift } from "@holdfast/contract/schemas";
import type { Standing } from "../ui/status.tsx";

export type Take = ResolveDrift["choices"][number]["take"];

/** How each side is called, in the words of its choice. */
export const SIDES: Record<Take, { column: string; choice: string }> = {
	saved: { column: "Saved", choice: "Keep saved" },
	file: { column: "File", choice: "Take the file’s" },
};

export const LINE_STANDINGS: Record<LineState, Standing> = {
	same: { tone: "ok", word: "Same" },
	behind: { tone: "ready", word: "Being written" },
	edited: { tone: "warn", word: "Edited" },
	deleted: { tone: "warn", word: "Taken out" },
	blank: { tone: "warn", word: "Blank" },
	conflict: { tone: "bad", word: "Conflict" },
	"vault-only": { tone: "ready", word: "Vault-only" },
};

const UNSETTLED: ReadonlySet<LineState> = new Set(["edited", "deleted", "blank", "conflict"]);

/** Whether somebody has to choose a side. */
export function isUnsettled({ state }: Pick<MirrorLine, "state">): boolean {
	return UNSETTLED.has(state);
}

/** What happened, as a sentence. */
export function whatHappened({ state, saved, file }: Pick<MirrorLine, "state" | "saved" | "file">): string {
	switch (state) {
		case "same":
			return "The line says what is saved.";
		case "behind":
			return "The saved value goes into the file by itself.";
		case "edited":
			return "Someone changed the line by hand.";
		case "deleted":
			return "Someone took the line out by hand.";
		case "blank":
			return "The line has no value that can be read: it is empty, a mask, or does not open.";
		case "vault-only":
			return "No form of it is read alike by every reader of the file. Holdfast gives it to processes.";
		case "conflict":
			if (saved === null) return "It was removed in Holdfast, and the line was changed by hand.";
			if (file === null) return "Another value was saved, and the line was taken out by hand.";
			return "Another value was saved, and the line was changed by hand.";
	}
}

/** What choosing a side does, as a clause: "replaces the line", "removes the setting". */
export function effectOf({ state, saved, file }: Pick<MirrorLine, "state" | "saved" | "file">, take: Take): string {
	if (take === "saved") {
		if (saved === null) return "takes the line out of the file";
		return file === null ? "writes the line again" : "replaces the line";
	}
	if (file === null || state === "blank") return "removes the setting";
	return saved === null ? "saves it again" : "saves it as the next version";
}

/**
 * Whether the file seems emptied, or replaced by another, rather than edited. The server removes nothing for that, whatever
 * the policy for hand edits.
 */
export function wasEmptied(lines: readonly MirrorLine[], unmanaged: readonly string[]): boolean {
	const deleted = lines.filter(({ state }) => state === "deleted").length;
	const isNoneLeft = lines.every(({ file }) => file === null || file.shown === "");
	return isNoneLeft && deleted > (unmanaged.length > 0 ? 1 : 0);
}
