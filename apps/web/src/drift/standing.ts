/** How a file that Holdfast keeps stands, as one shape and one word, and whether it waits for something. */
import type { MirrorStatus, MirrorView } from "@holdfast/contract/schemas";
import type { Standing } from "../ui/status.tsx";

const STANDINGS: Record<MirrorStatus["status"], Standing> = {
	mirrored: { tone: "ok", word: "In step" },
	drift: { tone: "warn", word: "Drift" },
	pending: { tone: "bad", word: "Pending" },
	"vault-only": { tone: "ready", word: "Vault-only" },
	off: { tone: "none", word: "Off" },
};

export function fileStanding({ status, held, revision }: Pick<MirrorView, "status" | "held" | "revision">): Standing {
	if (status === "mirrored" && held < revision) return { tone: "ready", word: "Being written" };
	return STANDINGS[status];
}

/** Whether the file waits: for a person to decide, or for a cause to be mended. */
export function isOpen(status: MirrorStatus["status"]): boolean {
	return status === "drift" || status === "pending";
}

/** "1 line waits for a choice", "failed 3 times", or what the values that have no line are. */
export function fileRemark({ status, names, failures }: Pick<MirrorView, "status" | "names" | "failures">): string {
	if (status === "drift") return `${names.length} ${names.length === 1 ? "line waits" : "lines wait"} for a choice`;
	if (status === "vault-only") return `${names.length} ${names.length === 1 ? "value has" : "values have"} no line`;
	if (status === "pending" && failures > 0) return `failed ${failures === 1 ? "once" : `${failures} times`}`;
	return "";
}
