/** Each token: where it is for, what it may do, until when, and whether it is used. On a narrow screen each row restacks. */
import type { TokenView } from "@holdfast/contract/schemas";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Status } from "../ui/status.tsx";
import { CELL_OF_MANY, TableHead } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { isOverlapping, permissionsInWords, standing } from "./words.ts";

const COLUMNS = ["Token", "Environments", "May", "From", "Expires", "Last used", "State"] as const;

interface Acts {
	/** `null` for a token that may do more than who looks at it. */
	onRotate: (() => void) | null;
	onRevoke(): void;
}

interface TokenTableProps {
	tokens: readonly TokenView[];
	now: number;
	/** `null` for what has ended. */
	actsOf: ((token: TokenView) => Acts) | null;
}

export function TokenTable({ tokens, now, actsOf }: TokenTableProps) {
	return (
		<table className="w-full text-left max-md:block">
			<TableHead columns={COLUMNS} many />
			<tbody className="divide-y divide-line max-md:block">
				{tokens.map((token) => (
					<Row key={token.id} token={token} now={now} acts={actsOf?.(token) ?? null} />
				))}
			</tbody>
		</table>
	);
}

function Row({ token, now, acts }: { token: TokenView; now: number; acts: Acts | null }) {
	const { label, environments, addresses, permissions, createdBy, createdAt, expiresAt, lastUsedAt } = token;
	return (
		<tr className="max-md:flex max-md:flex-col max-md:gap-y-1 max-md:px-4 max-md:py-3">
			<td className={`${CELL_OF_MANY} md:w-32 md:pl-4`}>
				<p className="font-medium [overflow-wrap:anywhere]">{label}</p>
				<p className="text-xs text-muted">
					{createdBy}, <Time at={createdAt} />
				</p>
			</td>
			<Cell name="for">{environments === null ? <All /> : <List of={environments} />}</Cell>
			<Cell name="may">{permissionsInWords(permissions)}</Cell>
			<Cell name="from">
				{addresses === null ? <span className="text-muted">anywhere</span> : <List of={addresses} />}
			</Cell>
			<Cell name="expires">
				{expiresAt === null ? (
					<span className="text-muted">never</span>
				) : (
					<Time at={expiresAt} ahead={expiresAt > now} />
				)}
			</Cell>
			<Cell name="last used">
				{lastUsedAt === null ? <span className="text-muted">never</span> : <Time at={lastUsedAt} />}
			</Cell>
			<td className={CELL_OF_MANY}>
				<State token={token} now={now} />
				{acts && (
					<div className="-mx-2 mt-1 flex flex-wrap gap-x-1">
						{acts.onRotate && (
							<Button size="small" look="quiet" onClick={acts.onRotate}>
								Rotate<span className="sr-only"> {label}</span>
							</Button>
						)}
						<Button size="small" look="quiet" onClick={acts.onRevoke}>
							Revoke<span className="sr-only"> {label}</span>
						</Button>
					</div>
				)}
			</td>
		</tr>
	);
}

/** A cell that names its column where the head is not shown. */
function Cell({ name, children }: { name: string; children: ReactNode }) {
	return (
		<td className={`${CELL_OF_MANY} max-md:flex max-md:gap-x-2`}>
			<span className="w-16 shrink-0 text-muted md:hidden">{name}</span>
			<div className="min-w-0">{children}</div>
		</td>
	);
}

function All() {
	return (
		<span className="text-muted">
			all<span className="sr-only"> environments</span>
		</span>
	);
}

function List({ of }: { of: readonly string[] }) {
	return (
		<ul>
			{of.map((each) => (
				<li key={each} className="break-all">
					<code className="text-sm">{each}</code>
				</li>
			))}
		</ul>
	);
}

function State({ token, now }: { token: TokenView; now: number }) {
	const { tone, word } = standing(token, now);
	return (
		<>
			<Status tone={tone}>{word}</Status>
			{isOverlapping(token, now) && token.previousUntil !== null && (
				<p className="text-xs text-muted">
					old one ends <Time at={token.previousUntil} ahead />
				</p>
			)}
			{token.revokedAt !== null && (
				<p className="text-xs text-muted">
					<Time at={token.revokedAt} />
				</p>
			)}
		</>
	);
}
