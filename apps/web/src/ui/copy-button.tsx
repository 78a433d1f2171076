/** Copies a text that is on the screen already, and says so for a moment. */
import { Check, Copy } from "lucide-react";
import { useAct } from "./act.ts";
import { Button } from "./button.tsx";
import { copyWhenReady } from "./clipboard.ts";
import { useFading } from "./fading.ts";

const THANKED_FOR = 2_000;

const LOOKS = {
	plain: { look: "plain", size: "normal", className: "" },
	/** The icon alone, for a line of text. */
	bare: { look: "quiet", size: "small", className: "h-6! px-1!" },
} as const;

interface CopyButtonProps {
	text: string;
	/** What it is, for those who listen: `the recovery kit`. */
	what: string;
	as?: keyof typeof LOOKS;
}

export function CopyButton({ text, what, as = "plain" }: CopyButtonProps) {
	const [copied, setCopied] = useFading<true>(THANKED_FOR);
	const copy = useAct(() => copyWhenReady(async () => text).then(() => true as const));
	return (
		<>
			<Button
				{...LOOKS[as]}
				disabled={copy.pending}
				icon={copied ? <Check aria-hidden="true" className="text-ok" /> : <Copy aria-hidden="true" />}
				onClick={async () => setCopied(await copy.run(undefined))}
			>
				<span className={as === "bare" ? "sr-only" : ""}>{copied ? "Copied" : "Copy"}</span>
				<span className="sr-only"> {what}</span>
			</Button>
			<output className="sr-only">{copied && `Copied ${what}.`}</output>
			{copy.error !== null && (
				<p role="alert" className="text-sm text-bad">
					The browser gives this page no clipboard. Select it and copy it by hand.
				</p>
			)}
		</>
	);
}
