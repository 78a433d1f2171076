/** The names in a file that were never saved: whoever wrote them keeps them, and may have Holdfast keep them. */
import { ImportFile } from "../transfer/import.tsx";

interface UnmanagedProps {
	environment: string;
	target: string;
	names: readonly string[];
}

export function Unmanaged({ environment, target, names }: UnmanagedProps) {
	const isOffered = names.length > 0;
	return (
		<div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 empty:hidden">
			{isOffered && (
				<p className="min-w-0 flex-1 basis-64 text-sm text-muted">
					{names.length === 1 ? "1 line is" : `${names.length} lines are`} not Holdfast’s and never touched:{" "}
					{names.map((name, index) => (
						<span key={name}>
							{index > 0 && ", "}
							<code className="wrap-anywhere text-ink">{name}</code>
						</span>
					))}
					.
				</p>
			)}
			<ImportFile {...{ environment, target, isOffered }} />
		</div>
	);
}
