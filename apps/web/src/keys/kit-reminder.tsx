/** In the shell, for as long as it is so: that the recovery kit is not stored. For those who may see it. */
import { Link } from "@tanstack/react-router";
import { useMay } from "../session/me.ts";
import { useSystem } from "../system/system.ts";
import { Status } from "../ui/status.tsx";

export function KitReminder() {
	return useMay("keys.write") ? <Reminder /> : null;
}

function Reminder() {
	const rootKey = useSystem().data?.rootKey;
	if (!rootKey || rootKey.kitStoredAt !== null) return null;
	return (
		<Link
			to="/recovery-kit"
			className="order-last w-full border-t border-line py-1.5 text-sm lg:order-none lg:block lg:rounded-md lg:border lg:border-warn-line lg:bg-warn-wash lg:px-2 lg:py-2"
		>
			<Status tone="warn">
				<span className="whitespace-normal">The recovery kit is not stored</span>
			</Status>
		</Link>
	);
}
