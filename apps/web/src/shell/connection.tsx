/** Keeps the dashboard's watch going, and says while it is not. Says nothing while all is well. */
import { Status } from "../ui/status.tsx";
import { useWatch } from "./watch.ts";

export function Connection() {
	const lost = useWatch();
	return (
		<output className="order-last block w-full text-xs lg:order-none lg:w-auto *:py-1 lg:*:px-2">
			{lost && <Status tone="ready">Not connected; trying again</Status>}
		</output>
	);
}
