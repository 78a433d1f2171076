/** The lines of one file: those that wait for a choice with the act on them, and beneath them the rest. */
import type { MirrorLine, MirrorView } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { describe } from "../failure.ts";
import { useGuarded } from "../settings/unsaved.tsx";
import { trpc } from "../trpc.ts";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { useChoices } from "./choices.ts";
import { Deciding } from "./deciding.tsx";
import { Inset } from "./inset.tsx";
import { isUnsettled } from "./line-words.ts";
import { LOOK_EVERY } from "./mirrors.ts";
import { Settled } from "./settled.tsx";
import { Unmanaged } from "./unmanaged.tsx";

const NONE: readonly MirrorLine[] = [];

export function Lines({ view, shown }: { view: MirrorView; shown: boolean }) {
	const { environment, target } = view;
	const diff = useQuery(
		trpc.mirrors.diff.queryOptions({ environment }, { enabled: shown, refetchInterval: LOOK_EVERY }),
	);
	// Kept while the file cannot be read, so that a passing failure loses no choice.
	const choices = useChoices(diff.data?.lines ?? NONE);
	useGuarded(target, choices.ready.length > 0);
	const failed = diff.error && <LoadFailed error={diff.error} onRetry={() => void diff.refetch()} />;
	if (diff.error && describe(diff.error).code === "FILE_UNSAFE") {
		// The file's own status says so already, with what to do.
		return view.status === "pending" ? null : <Inset>{failed}</Inset>;
	}
	if (!diff.data) return <Inset>{failed ?? <Loading rows={2} what={`the lines of ${target}`} />}</Inset>;
	return (
		<>
			{failed && <Inset>{failed}</Inset>}
			<Deciding view={view} diff={diff.data} choices={choices} />
			<Inset>
				<Settled lines={diff.data.lines.filter((line) => !isUnsettled(line))} />
				<Unmanaged environment={environment} target={target} names={diff.data.unmanaged} />
			</Inset>
		</>
	);
}
