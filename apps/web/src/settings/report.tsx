/**
 * What a save, a removal or a restoration did, as one line that is read out, and again as processes take it up; what did not
 * go all the way stands beneath it.
 */
import { DriftLink } from "../drift/drift-link.tsx";
import { ProcessesLink } from "../processes/processes-link.tsx";
import { useTaken } from "../processes/workers.ts";
import { Coded, Notice } from "../ui/notice.tsx";
import { type Outcome, sentenceOf } from "./outcome.ts";

export function Report({ outcome }: { outcome: Outcome | null }) {
	return (
		<>
			<output className="block *:mt-4">{outcome && <Told key={outcome.revision} outcome={outcome} />}</output>
			{outcome?.remarks.map(({ sentence, onDrift }) => (
				<div key={sentence} className="mt-3">
					<Notice tone="warn">
						<Coded text={sentence} /> {onDrift && <DriftLink />}
					</Notice>
				</div>
			))}
		</>
	);
}

function Told({ outcome }: { outcome: Outcome }) {
	const taken = useTaken(outcome);
	const isBehind = taken !== null && taken.converged < taken.live;
	return (
		<p className="flex flex-wrap gap-x-2">
			<span className="font-medium">{sentenceOf(outcome, taken)}</span>
			<span className="text-muted">Revision {outcome.revision}</span>
			{isBehind && <ProcessesLink environment={outcome.environment}>See which</ProcessesLink>}
		</p>
	);
}
