/**
 * Goes on with a rotation while the page is open. Where it stands is the server's to say, so that a reload, or another
 * page, goes on with the same one.
 */
import type { RotationView } from "@holdfast/contract/schemas";
import { useCallback, useEffect, useState } from "react";
import { useMay } from "../session/me.ts";
import { client } from "../trpc.ts";
import { learn, refreshSystem } from "./system.ts";

/** Milliseconds between two steps of which the first moved nothing. */
const PAUSE = 1_000;

export interface CarryOn {
	/** Where it stands, as last heard. */
	shown: RotationView;
	/** Why it does not go on; `null` while it does. */
	error: unknown;
	/** Tries again after a failure, or looks whether what it waits for is done. */
	again(): void;
}

export function useCarryOn(rotation: RotationView): CarryOn {
	const mayRotate = useMay("keys.write");
	const [error, setError] = useState<unknown>(null);
	// What no longer moves although rows are left: only the answer to a step tells.
	const [stuck, setStuck] = useState<RotationView | null>(null);
	const shown = stuck?.startedAt === rotation.startedAt && rotation.stage === "resealing" ? stuck : rotation;
	const going = mayRotate && shown.stage === "resealing" && error === null;
	const again = useCallback(async () => {
		setError(null);
		setStuck(null);
		try {
			const next = await client.keys.resume.mutate();
			if (next?.stage === "waiting" && next.done < next.total) setStuck(next);
			learn({ rotation: next });
			return next;
		} catch (cause) {
			setError(cause);
			return null;
		}
	}, []);
	useEffect(() => {
		if (!going) return;
		let stopped = false;
		const goOn = async () => {
			for (let before = -1; !stopped; ) {
				const next = await again();
				if (next?.stage !== "resealing") return refreshSystem();
				if (next.done === before) await new Promise((resolve) => setTimeout(resolve, PAUSE));
				before = next.done;
			}
		};
		void goOn();
		return () => {
			stopped = true;
		};
	}, [going, again]);
	return { shown, error, again: () => void again().then(refreshSystem) };
}
