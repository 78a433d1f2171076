/** A state as a shape and a word. The shapes differ, so that colour is never what tells them apart. */
import type { ReactNode } from "react";

export type Tone = "ok" | "warn" | "bad" | "ready" | "none";

export interface Standing {
	tone: Tone;
	word: string;
}

const SHAPES: Record<Tone, ReactNode> = {
	ok: <circle cx="5" cy="5" r="4" className="fill-ok-mark" />,
	warn: <path d="M5 .8 9.6 9H.4z" className="fill-warn-mark" />,
	bad: <path d="M5 .2 9.8 5 5 9.8.2 5z" className="fill-bad-mark" />,
	ready: <circle cx="5" cy="5" r="3.25" strokeWidth="1.5" className="fill-none stroke-muted" />,
	none: <path d="M1.5 5h7" strokeWidth="1.5" strokeLinecap="round" className="stroke-faint" />,
};

const WORDS: Record<Tone, string> = {
	ok: "text-ok",
	warn: "text-warn",
	bad: "text-bad",
	ready: "text-muted",
	none: "text-faint",
};

export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
	return (
		<span className={`inline-flex items-center gap-2 font-medium whitespace-nowrap ${WORDS[tone]}`}>
			<svg viewBox="0 0 10 10" aria-hidden="true" className="size-2.5 shrink-0">
				{SHAPES[tone]}
			</svg>
			{children}
		</span>
	);
}
