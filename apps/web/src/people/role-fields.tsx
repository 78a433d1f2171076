/** The choice of a role, of those that whoever chooses may give, and of the environments where it is less. */
import { ELSEWHERE, type Narrowing } from "@holdfast/contract";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { useAccess } from "../session/me.ts";
import { trpc } from "../trpc.ts";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { Option, OptionGroup } from "../ui/option-group.tsx";
import { Select } from "../ui/select.tsx";
import { chosenIn, givableRoles, narrowingsOf, type RoleChoice, withRoleIn } from "./role-choice.ts";
import { narrowingWord, ROLE_WORDS } from "./words.ts";

/** What needs to know all environments: what is less is told from what is not by their names. */
export function WithEnvironments({ children }: { children: (names: string[]) => ReactNode }) {
	const list = useQuery(trpc.environments.list.queryOptions());
	if (list.data) return children(list.data.map(({ name }) => name));
	if (list.error) return <LoadFailed error={list.error} onRetry={() => void list.refetch()} />;
	return <Loading rows={2} what="the environments" />;
}

interface RoleFieldsProps {
	choice: RoleChoice;
	environments: readonly string[];
	onChange(choice: RoleChoice): void;
}

export function RoleFields({ choice, environments, onChange }: RoleFieldsProps) {
	const group = useId();
	return (
		<>
			<OptionGroup title="Role">
				{givableRoles(useAccess()).map((role) => (
					<Option
						key={role}
						type="radio"
						name={group}
						title={ROLE_WORDS[role].title}
						checked={choice.role === role}
						onChange={() => onChange({ ...choice, role })}
					>
						{ROLE_WORDS[role].about}
					</Option>
				))}
			</OptionGroup>
			{choice.role !== "owner" && (
				<OptionGroup title="Environments">
					<Option
						type="checkbox"
						title="A lesser role in some"
						checked={choice.isLess}
						onChange={() => onChange({ ...choice, isLess: !choice.isLess })}
					>
						{choice.role === "admin" &&
							"Whoever is less than an admin anywhere manages neither people nor the instance."}
					</Option>
					{choice.isLess && <Less choice={choice} environments={environments} onChange={onChange} />}
				</OptionGroup>
			)}
		</>
	);
}

function Less({ choice, environments, onChange }: RoleFieldsProps) {
	return (
		<ul className="divide-y divide-line rounded-md border border-line">
			{[...environments, ELSEWHERE].map((name) => (
				<li key={name} className="flex items-center justify-between gap-3 px-3 py-1.5">
					{name === ELSEWHERE ? (
						<span className="text-muted">any made later</span>
					) : (
						<code className="min-w-0 text-sm break-all">{name}</code>
					)}
					<Select
						label={name === ELSEWHERE ? "Role in any made later" : `Role in ${name}`}
						value={chosenIn(choice, name)}
						onChange={({ target }) => onChange(withRoleIn(choice, name, target.value as Narrowing))}
					>
						{narrowingsOf(choice.role).map((narrowing) => (
							<option key={narrowing} value={narrowing}>
								{narrowingWord(narrowing)}
							</option>
						))}
					</Select>
				</li>
			))}
		</ul>
	);
}
