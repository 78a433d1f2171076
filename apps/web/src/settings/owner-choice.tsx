/** At the top of an opened card: whether what is typed below goes to everyone or to the person alone. */
import type { Owner } from "@holdfast/contract/schemas";
import { useMay } from "../session/me.ts";
import { Segmented } from "../ui/segmented.tsx";
import type { Draft } from "./draft.ts";

interface OwnerChoiceProps {
	environment: string;
	owner: Owner;
	drafts: Record<Owner, Draft>;
	onChoose(owner: Owner): void;
}

export const OWNERS: ReadonlyArray<{ value: Owner; label: string }> = [
	{ value: "shared", label: "For everyone" },
	{ value: "personal", label: "Only for me" },
];

export function OwnerChoice({ environment, owner, drafts, onChoose }: OwnerChoiceProps) {
	if (!useMay("settings.write", environment)) return null;
	const options = OWNERS.map((option) => ({
		...option,
		remark: drafts[option.value].dirty && option.value !== owner && <span className="text-xs">· not saved yet</span>,
	}));
	return (
		<div className="mb-4 flex max-w-2xl flex-wrap items-center gap-x-3 gap-y-2">
			<Segmented label="Whose values these are" options={options} value={owner} onChange={onChoose} />
			{owner === "personal" && (
				<p className="min-w-0 flex-1 basis-64 text-sm text-muted">
					Used for your own chats and tests in place of the shared ones. Nobody else sees them, and no file holds them.
				</p>
			)}
		</div>
	);
}
