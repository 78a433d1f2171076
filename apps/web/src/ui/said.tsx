/** What was done, where the button that did it may have gone with its row: it takes focus. */
import { useEffect, useRef } from "react";

export function Said({ sentence }: { sentence: string | null }) {
	const line = useRef<HTMLOutputElement>(null);
	useEffect(() => {
		if (sentence !== null) line.current?.focus();
	}, [sentence]);
	return (
		<output ref={line} tabIndex={-1} className="block font-medium outline-none [overflow-wrap:anywhere] empty:hidden">
			{sentence}
		</output>
	);
}
