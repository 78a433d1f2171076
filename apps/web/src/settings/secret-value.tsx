/**
 * The saved secret as it may be seen: its mask, outside any input, with reveal, copy and remove beside it.
 *
 * A revealed value lives in this component alone, for half a minute; it is in no cache and no storage.
 */
import type { Owner, SettingView } from "@holdfast/contract/schemas";
import { Check, Copy, Eye, EyeOff } from "lucide-react";
import type { ReactNode } from "react";
import { valueFor } from "../providers/source.ts";
import { useMay } from "../session/me.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { copyWhenReady } from "../ui/clipboard.ts";
import { useFading } from "../ui/fading.ts";
import { FailureNotice } from "../ui/notice.tsx";

const SHOWN_FOR = 30_000;
const THANKED_FOR = 2_000;

interface SecretValueProps {
	view: SettingView;
	/** Whose value it is. */
	owner: Owner;
	/** Further acts at the end of the row. */
	children?: ReactNode;
}

export function SecretValue({ view, owner, children }: SecretValueProps) {
	// One's own may always be read back.
	const mayReveal = useMay("settings.reveal", view.environment) || owner === "personal";
	const { layer, version } = valueFor(view, owner);
	// What was revealed is shown for as long as it is what is saved.
	const which = `${layer?.source} ${version}`;
	const [fetched, setFetched] = useFading<{ value: string; which: string }>(SHOWN_FOR);
	const shown = fetched?.which === which ? fetched.value : null;
	const [copied, setCopied] = useFading<true>(THANKED_FOR);
	const reveal = useAct(() => revealed(view, owner));
	const copy = useAct(() => copyWhenReady(() => revealed(view, owner)).then(() => true as const));
	const error = reveal.error ?? copy.error;
	return (
		<div className="space-y-2">
			<div className="flex min-h-9 items-center gap-0.5 rounded-t-md sm:gap-1 border border-b-0 border-edge bg-sunken py-1 pr-1 pl-3">
				<code className="min-w-0 flex-1 py-0.5 text-sm break-all">{shown ?? layer?.shown ?? "does not open"}</code>
				{mayReveal && (
					<>
						<Button
							look="quiet"
							size="small"
							aria-pressed={shown !== null}
							aria-label={`Reveal ${view.name}`}
							disabled={reveal.pending}
							icon={shown === null ? <Eye aria-hidden="true" /> : <EyeOff aria-hidden="true" />}
							onClick={async () => {
								const value = shown === null ? await reveal.run(undefined) : null;
								setFetched(value === null ? null : { value, which });
							}}
						>
							<span className="max-sm:sr-only">Reveal</span>
						</Button>
						<Button
							look="quiet"
							size="small"
							aria-label={`${copied ? "Copied" : "Copy"} ${view.name}`}
							disabled={copy.pending}
							icon={copied ? <Check aria-hidden="true" className="text-ok" /> : <Copy aria-hidden="true" />}
							onClick={async () => setCopied(await copy.run(undefined))}
						>
							<span className="max-sm:sr-only">{copied ? "Copied" : "Copy"}</span>
						</Button>
						<output className="sr-only">{copied && `${view.name} is on the clipboard.`}</output>
					</>
				)}
				{children}
			</div>
			{error !== null && <FailureNotice error={error} />}
		</div>
	);
}

async function revealed({ environment, name }: SettingView, owner: Owner): Promise<string> {
	return (await client.settings.reveal.mutate({ environment, owner, name })).value;
}
