/**
 * The recovery kit on one sheet of paper. It stands beside the page, not in it: on the screen it is not shown, and in print
 * it is all there is, whatever screen it was printed from.
 */
import type { RecoveryKit } from "@holdfast/contract/schemas";
import { createPortal } from "react-dom";
import { Mark } from "../shell/mark.tsx";
import { dayOf } from "../ui/relative-time.ts";
import { groupsOf } from "./kit-groups.ts";

export function KitSheet({ kit }: { kit: RecoveryKit }) {
	const [prefix, ...groups] = groupsOf(kit.kit);
	const facts = [
		["Holdfast at", window.location.origin],
		["Instance", kit.instance],
		["Fingerprint", kit.fingerprint],
		["In use since", kit.createdAt === null ? "not recorded" : dayOf(kit.createdAt)],
		["Printed", dayOf(Date.now())],
	];
	return createPortal(
		<div className="sheet">
			<Mark className="size-12" />
			<h1 className="mt-4 text-xl">Holdfast recovery kit</h1>
			<dl className="mt-4 grid grid-cols-[7rem_1fr] gap-y-1">
				{facts.map(([name, value]) => (
					<div key={name} className="contents">
						<dt>{name}</dt>
						<dd className="font-mono">{value}</dd>
					</div>
				))}
			</dl>
			<p className="mt-8 font-mono text-xl">{prefix}</p>
			<p className="mt-1 grid max-w-md grid-cols-4 gap-y-1 font-mono text-xl">
				{groups.map((group, i) => (
					<span key={`${i} ${group}`}>{group}</span>
				))}
			</p>
			<div className="mt-8 max-w-prose space-y-2">
				<p>
					This is the root key. When the server’s own copy is lost, only this opens the settings and the backups.
					Whoever has it, and the data or a backup, can read every value: keep it as you keep a passport, and apart from
					the server.
				</p>
				<p>
					To restore a backup, run <code>holdfast restore FILE</code> and type the kit when it asks. To start with the
					data as it is, give the kit in <code>HOLDFAST_ROOT_KEY</code>. Hyphens, blanks and the case of letters do not
					matter.
				</p>
			</div>
		</div>,
		document.body,
	);
}
