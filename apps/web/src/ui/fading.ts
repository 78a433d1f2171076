/** State that goes back to `null` by itself after `ms` milliseconds. */
import { useEffect, useState } from "react";

export function useFading<T>(ms: number): [T | null, (value: T | null) => void] {
	const [value, setValue] = useState<T | null>(null);
	useEffect(() => {
		if (value === null) return;
		const timer = setTimeout(() => setValue(null), ms);
		return () => clearTimeout(timer);
	}, [value, ms]);
	return [value, setValue];
}
