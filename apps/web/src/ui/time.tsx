/** A moment as people say it. A press, by mouse or keyboard, swaps it for the exact time and back. */
import { useEffect, useState } from "react";
import { absoluteTime, relativeTime, timeUntil } from "./relative-time.ts";

const TICK = 20_000;
const COUNTDOWN_TICK = 1_000;

interface TimeProps {
	at: number;
	/** For a moment to come: counts down to it. */
	ahead?: boolean;
}

export function Time({ at, ahead = false }: TimeProps) {
	const [exact, setExact] = useState(false);
	const now = useNow(ahead ? COUNTDOWN_TICK : TICK);
	const absolute = absoluteTime(at);
	return (
		<button
			type="button"
			title={absolute}
			aria-pressed={exact}
			onClick={() => setExact(!exact)}
			className="relative z-10 rounded-sm whitespace-nowrap hover:text-ink"
		>
			<time dateTime={new Date(at).toISOString()}>
				{exact ? absolute : ahead ? timeUntil(at, now) : relativeTime(at, now)}
			</time>
		</button>
	);
}

function useNow(tick: number): number {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), tick);
		return () => clearInterval(timer);
	}, [tick]);
	return now;
}
