/** Why a file is not simply in step, in the server's sentence, with another try where that can help. */
import type { MirrorView } from "@holdfast/contract/schemas";
import { RotateCw } from "lucide-react";
import { useMay } from "../session/me.ts";
import { refreshSettings } from "../settings/refresh.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Coded, FailureNotice, Notice } from "../ui/notice.tsx";
import { Inset } from "./inset.tsx";

export function Reason({ view: { environment, status, reason, target } }: { view: MirrorView }) {
	const mayWrite = useMay("settings.write", environment);
	const retry = useAct(() => client.mirrors.sync.mutate({ environment }));
	if (status === "off") {
		return (
			<Inset>
				<p className="text-muted">
					Nothing is written to {target}. Processes that start with Holdfast have the saved values all the same.
				</p>
			</Inset>
		);
	}
	// What is to be said of drift, the lines say themselves.
	if (status === "drift" || reason === null) return null;
	return (
		<Inset>
			<Notice
				tone="warn"
				actions={
					status === "pending" &&
					mayWrite && (
						<Button
							size="small"
							disabled={retry.pending}
							icon={<RotateCw aria-hidden="true" />}
							onClick={async () => {
								await retry.run(undefined);
								await refreshSettings();
							}}
						>
							{retry.pending ? "Trying…" : "Try now"}
						</Button>
					)
				}
			>
				<Coded text={reason} />
			</Notice>
			{retry.error !== null && <FailureNotice error={retry.error} />}
		</Inset>
	);
}
