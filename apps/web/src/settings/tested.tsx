/** What a test found, kept on the card: the word, the sentence, how long it took, and what was tested. */
import { OUTCOMES } from "../providers/standing.ts";
import { Notice } from "../ui/notice.tsx";
import { Status } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { AllowHost } from "./allow-host.tsx";
import type { TestRun } from "./draft.ts";

interface TestedProps {
	run: TestRun | null;
	onAgain(): void;
}

export function Tested({ run, onAgain }: TestedProps) {
	const tone = run && OUTCOMES[run.result.outcome].tone;
	return (
		<>
			<output className="block *:mt-4">{run && tone === "ok" && <Found run={run} />}</output>
			{run && tone !== "ok" && (
				<div className="mt-4">
					<Notice tone={tone === "bad" ? "bad" : "warn"} role="alert" bare>
						<Found run={run} />
						{run.result.outcome === "local-address" && <AllowHost url={run.url} onAllowed={onAgain} />}
					</Notice>
				</div>
			)}
		</>
	);
}

function Found({ run: { result, ofDraft } }: { run: TestRun }) {
	const { tone, word } = OUTCOMES[result.outcome];
	return (
		<span className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
			<Status tone={tone}>{word}</Status>
			<span>{result.sentence}</span>
			<span className="text-sm text-muted tabular-nums">
				{ofDraft ? "What you typed" : "The saved values"}
				{result.latency !== null && ` · ${Math.round(result.latency)} ms`} · <Time at={result.at} />
			</span>
		</span>
	);
}
