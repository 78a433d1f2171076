/** Before the first key: what belongs on this screen, and the one act that fills it. */
import { PROVIDERS } from "@holdfast/providers";
import { Link } from "@tanstack/react-router";

/** Offered by name because most people begin with one of them; all the others are listed below. */
const OFTEN_FIRST = ["google", "openai", "anthropic", "ollama"];

export function FirstRun() {
	const offered = OFTEN_FIRST.flatMap((id) => PROVIDERS.find((provider) => provider.id === id) ?? []);
	return (
		<div className="rounded-lg border border-dashed border-edge px-5 py-5">
			<h2 className="text-lg">Choose a provider</h2>
			<p className="mt-1 max-w-prose text-muted">
				Paste its key, test it, save it. Holdfast seals the value, mirrors it to your .env file and gives it to every
				process that runs with it. It is still there after a restart.
			</p>
			<ul className="mt-4 flex flex-wrap gap-2">
				{offered.map(({ id, label }) => (
					<li key={id}>
						<Link
							to="/settings"
							hash={id}
							className="inline-flex h-8 items-center rounded-md border border-edge bg-surface px-3 font-medium shadow-raised hover:bg-sunken"
						>
							{label}
						</Link>
					</li>
				))}
			</ul>
		</div>
	);
}
