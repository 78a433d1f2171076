/** Beside a test that was refused because its host is in a local network: allow that host, and test again. */
import { useMay } from "../session/me.ts";
import { refreshSystem } from "../system/system.ts";
import { hostOf } from "../system/words.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { FailureNotice } from "../ui/notice.tsx";

interface AllowHostProps {
	url: string;
	/** Called when it is allowed. */
	onAllowed(): void;
}

export function AllowHost({ url, onAllowed }: AllowHostProps) {
	const mayChoose = useMay("system.write");
	const host = hostOf(url);
	const allow = useAct(async (named: string) => {
		const { policy } = await client.system.status.query();
		await client.system.configure.mutate({ localHosts: [...new Set([...policy.localHosts, named])] });
		return true;
	});
	if (!mayChoose || host === null) return null;
	return (
		<div className="mt-3 space-y-3">
			<Button
				size="small"
				disabled={allow.pending}
				onClick={async () => {
					if (!(await allow.run(host))) return;
					void refreshSystem();
					onAllowed();
				}}
			>
				Allow <code className="text-sm">{host}</code> and test again
			</Button>
			{allow.error !== null && <FailureNotice error={allow.error} />}
		</div>
	);
}
