/** What a save, a removal or a restoration did, as one line that is read out, with what did not go all the way beneath it. */
import { DriftLink } from "../drift/drift-link.tsx";
import { Coded, Notice } from "../ui/notice.tsx";
import type { Outcome } from "./outcome.ts";

export function Report({ outcome }: { outcome: Outcome | null }) {
	return (
		<>
			<output className="block *:mt-4">{outcome && <p className="font-medium">{outcome.sentence}</p>}</output>
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
