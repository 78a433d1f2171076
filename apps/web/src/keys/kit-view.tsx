/**
 * The recovery kit on the screen, with the ways onto paper. It lives in this component alone, from the answer to the moment
 * the component goes; it is in no cache and no storage, and there is no download, which would leave a plain copy behind.
 */
import type { RecoveryKit } from "@holdfast/contract/schemas";
import { Printer } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { groupsOf } from "./kit-groups.ts";
import { KitSheet } from "./kit-sheet.tsx";

interface KitViewProps {
	/** What follows once it is shown. */
	children(kit: RecoveryKit): ReactNode;
	/** In its place when it is not given. */
	otherwise?: ReactNode;
}

export function KitView({ children, otherwise }: KitViewProps) {
	const [kit, setKit] = useState<RecoveryKit | null>(null);
	const { run, error } = useAct(() => client.keys.kit.mutate());
	const asked = useRef(false);
	useEffect(() => {
		// Each time it is given is recorded: asked once per visit.
		if (asked.current) return;
		asked.current = true;
		void run(undefined).then(setKit);
	});
	if (error !== null) {
		return (
			<div className="space-y-4">
				<FailureNotice error={error} />
				{otherwise}
			</div>
		);
	}
	if (!kit) return <p className="text-muted">Asking for the key…</p>;
	return (
		<div className="space-y-4">
			<Groups kit={kit.kit} />
			<p className="text-sm text-muted">
				Root key <span className="font-mono">{kit.fingerprint}</span>
			</p>
			<div className="flex flex-wrap items-center gap-2">
				<CopyButton text={kit.kit} what="the recovery kit" />
				<Button icon={<Printer aria-hidden="true" />} onClick={() => window.print()}>
					Print
				</Button>
			</div>
			{children(kit)}
			<KitSheet kit={kit} />
		</div>
	);
}

function Groups({ kit }: { kit: string }) {
	const [prefix, ...groups] = groupsOf(kit);
	return (
		<div className="max-w-lg rounded-md border border-edge bg-surface px-4 py-3 font-mono text-lg sm:text-xl">
			<p className="text-muted">{prefix}</p>
			<p className="grid grid-cols-4">
				{groups.map((group, i) => (
					<span key={`${i} ${group}`}>{group} </span>
				))}
			</p>
		</div>
	);
}
