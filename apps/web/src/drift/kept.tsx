/** How a file is kept, in one line, with the acts on the file and on its environment for who may use them. */
import { DEFAULT_ENVIRONMENT, READER_LABELS, READERS } from "@holdfast/contract";
import type { MirrorOptions, MirrorView } from "@holdfast/contract/schemas";
import { useState } from "react";
import { useMay } from "../session/me.ts";
import { RemoveEnvironment } from "../shell/remove-environment.tsx";
import { RenameEnvironment } from "../shell/rename-environment.tsx";
import { Button } from "../ui/button.tsx";
import { Inset } from "./inset.tsx";
import { Options } from "./options.tsx";

interface KeptProps {
	view: MirrorView;
	onSaid(sentence: string): void;
}

export function Kept({ view, onSaid }: KeptProps) {
	const { environment, target, options } = view;
	const mayConfigure = useMay("mirrors.write", environment);
	const mayChange = useMay("environments.write", environment) && environment !== DEFAULT_ENVIRONMENT;
	const [asking, setAsking] = useState<"options" | "rename" | "remove" | null>(null);
	const close = () => setAsking(null);
	return (
		<Inset>
			<div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
				<p className="min-w-0 flex-1 basis-64 text-sm text-muted">{keptWords(options)}</p>
				<div className="flex flex-wrap gap-2">
					{mayConfigure && (
						<Button size="small" onClick={() => setAsking("options")}>
							How it is kept
							<span className="sr-only">in {target}</span>
						</Button>
					)}
					{mayChange && (
						<>
							<Button size="small" onClick={() => setAsking("rename")}>
								Rename<span className="sr-only"> {environment}</span>
							</Button>
							<Button size="small" look="danger" onClick={() => setAsking("remove")}>
								Remove<span className="sr-only"> {environment}</span>
							</Button>
						</>
					)}
				</div>
			</div>
			{asking === "options" && <Options {...{ view, onSaid }} onClose={close} />}
			{asking === "rename" && <RenameEnvironment {...{ environment, target, onSaid }} onClose={close} />}
			{asking === "remove" && <RemoveEnvironment {...{ environment, target, onSaid }} onClose={close} />}
		</Inset>
	);
}

/** "Plain text, read alike by all programs. Hand edits are saved by themselves." */
function keptWords({ enabled, format, onEdit, readers }: MirrorOptions): string {
	if (!enabled) return "Keeping this file is turned off.";
	const listed = new Intl.ListFormat("en").format(readers.map((reader) => READER_LABELS[reader]));
	const plain = readers.length === READERS.length ? "Plain text, for every reader." : `Plain text, for ${listed}.`;
	const edits = onEdit === "ask" ? "Hand edits wait for a choice." : "Hand edits are saved by themselves.";
	return `${format === "dotenvx" ? "Encrypted for dotenvx." : plain} ${edits}`;
}
