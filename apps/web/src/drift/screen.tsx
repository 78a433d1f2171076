/** Drift: the file of each environment, how it stands, and the lines in it that wait for somebody's choice. */
import { DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { MirrorView } from "@holdfast/contract/schemas";
import { useState } from "react";
import { useMay } from "../session/me.ts";
import { UnsavedGuard } from "../settings/unsaved.tsx";
import { useEnvironment } from "../shell/environment-picker.tsx";
import { NewEnvironment } from "../shell/new-environment.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { Page } from "../ui/page.tsx";
import { Mirror } from "./mirror.tsx";
import { useMirrors } from "./mirrors.ts";
import { fileStanding } from "./standing.ts";

export function DriftScreen() {
	const environment = useEnvironment();
	const mirrors = useMirrors();
	const mayCreate = useMay("environments.write");
	const [said, setSaid] = useState("");
	return (
		<Page
			title="Drift"
			about={mirrors.data ? summary(mirrors.data) : "The .env file of each environment."}
			controls={mayCreate && <NewEnvironment named />}
		>
			<UnsavedGuard>
				<div className="space-y-4">
					<output className="block empty:sr-only">{said && <p className="font-medium">{said}</p>}</output>
					{mirrors.error && <LoadFailed error={mirrors.error} onRetry={() => void mirrors.refetch()} />}
					{mirrors.data ? (
						<div className="divide-y divide-line rounded-lg border border-line bg-surface shadow-raised">
							{mirrors.data.toSorted(defaultFirst).map((view) => (
								<Mirror key={view.environment} view={view} named={view.environment === environment} onSaid={setSaid} />
							))}
						</div>
					) : (
						!mirrors.error && <Loading rows={2} what="the files" />
					)}
				</div>
			</UnsavedGuard>
		</Page>
	);
}

function defaultFirst(a: MirrorView, b: MirrorView): number {
	return Number(b.environment === DEFAULT_ENVIRONMENT) - Number(a.environment === DEFAULT_ENVIRONMENT);
}

/** "3 files: 2 in step, 1 drift." */
function summary(views: readonly MirrorView[]): string {
	const counts = Map.groupBy(views, (view) => fileStanding(view).word.toLowerCase());
	const parts = [...counts].map(([word, { length }]) => `${length} ${word}`);
	return `${views.length === 1 ? "1 file" : `${views.length} files`}: ${parts.join(", ")}.`;
}
