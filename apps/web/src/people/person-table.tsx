/** Each person: what they may do, how they sign in, and where they are signed in. On a narrow screen each row restacks. */
import type { PersonView } from "@holdfast/contract/schemas";
import { useMe } from "../session/me.ts";
import { Menu, type MenuAct } from "../ui/menu.tsx";
import { CELL, TableHead } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { roleInWords, waysIn } from "./words.ts";

interface PersonTableProps {
	people: readonly PersonView[];
	/** What may be done with someone; empty for nothing. */
	actsOf(person: PersonView): readonly MenuAct[];
}

export function PersonTable({ people, actsOf }: PersonTableProps) {
	return (
		<table className="w-full text-left max-sm:block">
			<TableHead columns={["Person", "Role", "Signs in with", "Sessions", "Since"]} acts />
			<tbody className="divide-y divide-line max-sm:block">
				{people.map((person) => (
					<Row key={person.id} person={person} acts={actsOf(person)} />
				))}
			</tbody>
		</table>
	);
}

function Row({ person, acts }: { person: PersonView; acts: readonly MenuAct[] }) {
	const { user, ways } = useMe();
	const { id, name, email, role, narrowed, sessions, createdAt } = person;
	const [head, less] = roleInWords(role, narrowed).split("; ");
	return (
		<tr className="max-sm:relative max-sm:flex max-sm:flex-col max-sm:gap-y-1 max-sm:px-4 max-sm:py-3">
			<td className={`${CELL} max-sm:pr-10 sm:pl-4`}>
				<p className="font-medium [overflow-wrap:anywhere]">
					{name}
					{id === user?.id && <span className="ml-2 text-xs font-normal text-muted">You</span>}
				</p>
				<p className="text-xs text-muted [overflow-wrap:anywhere]">{email}</p>
			</td>
			<td className={CELL}>
				<span className="sr-only">{roleInWords(role, narrowed)}</span>
				<p aria-hidden="true">{head}</p>
				{less && (
					<p aria-hidden="true" className="text-xs text-muted [overflow-wrap:anywhere]">
						{less}
					</p>
				)}
			</td>
			<td className={`${CELL} max-sm:flex max-sm:flex-wrap max-sm:gap-x-2`}>
				<span className="text-muted sm:hidden">signs in with</span>
				<Ways ways={waysIn(person, ways.oidc)} />
			</td>
			<td className={`${CELL} tabular-nums ${sessions === 0 ? "text-muted" : ""}`}>
				{sessions === 0 ? "none" : sessions}
				<span className="sm:sr-only"> open{sessions === 1 ? " session" : " sessions"}</span>
			</td>
			<td className={`${CELL} text-muted`}>
				<span className="sm:hidden">since </span>
				<Time at={createdAt} />
			</td>
			<td className="w-12 px-2 py-2 text-right align-top max-sm:absolute max-sm:top-1 max-sm:right-1 max-sm:p-1">
				{acts.length > 0 && <Menu label={`Manage ${name}`} acts={acts} />}
			</td>
		</tr>
	);
}

function Ways({ ways }: { ways: readonly string[] }) {
	if (ways.length === 0) return <span className="text-muted">nothing</span>;
	return (
		<ul className="max-sm:contents">
			{ways.map((way) => (
				<li key={way}>{way}</li>
			))}
		</ul>
	);
}
