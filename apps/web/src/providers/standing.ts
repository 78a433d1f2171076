/** How a provider stands, as one shape and one word, from what is set and what its last test found. */
import type { ProviderView, TestOutcome } from "@holdfast/contract/schemas";
import type { Standing } from "../ui/status.tsx";

export const OUTCOMES: Record<TestOutcome, Standing> = {
	works: { tone: "ok", word: "Works" },
	"not-set": { tone: "none", word: "Not configured" },
	"bad-key": { tone: "bad", word: "Bad key" },
	"no-quota": { tone: "warn", word: "No quota" },
	"no-such-model": { tone: "bad", word: "No such model" },
	"wrong-url": { tone: "bad", word: "Wrong URL" },
	"local-address": { tone: "warn", word: "Local address" },
	network: { tone: "warn", word: "Unreachable" },
	timeout: { tone: "warn", word: "Timed out" },
	failed: { tone: "bad", word: "Failed" },
};

/** A test says nothing about what was saved after it. */
export function testStillHolds({ lastTest, settings }: ProviderView): boolean {
	return lastTest !== null && settings.every(({ savedAt }) => savedAt === null || savedAt <= lastTest.at);
}

export function standing(view: ProviderView): Standing {
	if (view.settings.some(({ problem }) => problem !== null)) return { tone: "bad", word: "Damaged value" };
	if (!view.configured) {
		return isStarted(view) ? { tone: "warn", word: "Incomplete" } : { tone: "none", word: "Not configured" };
	}
	if (view.lastTest === null || !testStillHolds(view)) return { tone: "ready", word: "Configured, not tested" };
	return OUTCOMES[view.lastTest.outcome];
}

/** Whether anybody gave it a value: built-in defaults do not count. */
export function isStarted(view: ProviderView): boolean {
	return view.settings.some(({ effective }) => effective !== null && effective.source !== "catalogue");
}
