/** In the place of a screen whose data could not be loaded: the sentence and Retry, never an empty form. */
import { RotateCw } from "lucide-react";
import { Button } from "./button.tsx";
import { FailureNotice } from "./notice.tsx";

export function LoadFailed({ error, onRetry }: { error: unknown; onRetry(): void }) {
	return (
		<FailureNotice
			error={error}
			actions={
				<Button size="small" icon={<RotateCw aria-hidden="true" />} onClick={onRetry}>
					Retry
				</Button>
			}
		/>
	);
}
