/** A moment as people say it. A press, by mouse or keyboard, swaps it for the exact time and back. */
import { useEffect, useState } from "react";
import { absoluteTime, relativeTime } from "./relative-time.ts";

const TICK = 20_000;

export function Time({ at }: { at: number }) {
	const [exact, setExact] = useState(false);
	const now = useNow();
	const absolute = absoluteTime(at);
	return (
		<button
			type="button"
			title={absolute}
			aria-pressed={exact}
			onClick={() => setExact(!exact)}
			className="relative z-10 rounded-sm whitespace-nowrap hover:text-ink"
		>
			<time dateTime={new Date(at).toISOString()}>{exact ? absolute : relativeTime(at, now)}</time>
		</button>
	);
}

function useNow(): number {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), TICK);
		return () => clearInterval(timer);
	}, []);
	return now;
}
