/** "I stored it": from then on the kit is not shown in the browser again. */
import type { RecoveryKit } from "@holdfast/contract/schemas";
import { learn, refreshSystem } from "../system/system.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { FailureNotice } from "../ui/notice.tsx";

interface StoredProps extends Pick<RecoveryKit, "fingerprint"> {
	onStored(): void;
}

export function Stored({ fingerprint, onStored }: StoredProps) {
	const confirm = useAct(() => client.keys.confirmKit.mutate({ fingerprint }));
	return (
		<>
			<Button
				look="primary"
				disabled={confirm.pending}
				onClick={async () => {
					const rootKey = await confirm.run(undefined);
					if (!rootKey) return;
					learn({ rootKey });
					await refreshSystem();
					onStored();
				}}
			>
				I stored it
			</Button>
			{confirm.error !== null && <FailureNotice error={confirm.error} />}
		</>
	);
}
