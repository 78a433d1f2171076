/** Beside the Drift screen's name in the navigation: how many files wait. Nothing while none does. */
import { Status } from "../ui/status.tsx";
import { useMirrors } from "./mirrors.ts";
import { isOpen } from "./standing.ts";

export function Waiting() {
	const waiting = useMirrors().data?.filter(({ status }) => isOpen(status)).length ?? 0;
	if (waiting === 0) return null;
	return (
		<span className="text-xs lg:ml-auto">
			<Status tone="warn">
				<span>
					{waiting}
					<span className="sr-only"> {waiting === 1 ? "file" : "files"}</span> {waiting === 1 ? "waits" : "wait"}
				</span>
			</Status>
		</span>
	);
}
