/** Where a token is for, and what it may do there: of either only what its maker may give. */
import { PERMISSIONS, type Permission } from "@holdfast/contract";
import { useQuery } from "@tanstack/react-query";
import { useAccess } from "../session/me.ts";
import { trpc } from "../trpc.ts";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Option, OptionGroup } from "../ui/option-group.tsx";
import { givable, mayGiveEverywhere, offered, type TokenForm } from "./token-form.ts";
import { GROUPS } from "./words.ts";

type Scope = Pick<TokenForm, "everywhere" | "environments">;

interface EnvironmentChoiceProps extends Scope {
	error: string | undefined;
	onChange(scope: Scope): void;
}

export function EnvironmentChoice({ everywhere, environments, error, onChange }: EnvironmentChoiceProps) {
	const access = useAccess();
	const list = useQuery(trpc.environments.list.queryOptions());
	const names = givable(access, list.data?.map(({ name }) => name) ?? []);
	const radios = mayGiveEverywhere(access);
	return (
		<OptionGroup title="Environments" error={error}>
			{radios && (
				<>
					<Option
						type="radio"
						title="All"
						checked={everywhere}
						onChange={() => onChange({ everywhere: true, environments })}
					>
						Also those that are made later.
					</Option>
					<Option
						type="radio"
						title="Only these"
						checked={!everywhere}
						onChange={() => onChange({ everywhere: false, environments })}
					/>
				</>
			)}
			{!everywhere && (
				<div className={`flex flex-wrap gap-x-5 gap-y-2 ${radios ? "pl-6.5" : ""}`}>
					{names.map((name) => (
						<Option
							key={name}
							type="checkbox"
							title={name}
							checked={environments.includes(name)}
							onChange={() => onChange({ everywhere, environments: toggled(environments, name) })}
						/>
					))}
				</div>
			)}
			{list.error && <LoadFailed error={list.error} onRetry={() => void list.refetch()} />}
		</OptionGroup>
	);
}

interface PermissionChoiceProps extends Scope {
	permissions: readonly Permission[];
	error: string | undefined;
	onChange(permissions: Permission[]): void;
}

export function PermissionChoice({ permissions, error, onChange, ...scope }: PermissionChoiceProps) {
	const given = offered(useAccess(), scope);
	return (
		<OptionGroup
			title="What it may do"
			about="An application that takes its settings from here needs to see them and to read values."
			error={error}
		>
			<div className="gap-x-6 rounded-md border border-line px-4 pt-3 sm:columns-2">
				{GROUPS.map(({ title, words }) => {
					const options = given.filter((each) => words[each] !== undefined);
					if (options.length === 0) return null;
					return (
						<fieldset key={title} className="break-inside-avoid space-y-2 pb-4">
							<legend className="mb-2 text-sm text-muted">{title}</legend>
							{options.map((each) => (
								<Option
									key={each}
									type="checkbox"
									title={words[each] ?? each}
									checked={permissions.includes(each)}
									onChange={() => onChange(toggled(permissions, each))}
								>
									{sentenceBeside(each, words[each])}
								</Option>
							))}
						</fieldset>
					);
				})}
			</div>
		</OptionGroup>
	);
}

function toggled<T>(chosen: readonly T[], one: T): T[] {
	return chosen.includes(one) ? chosen.filter((each) => each !== one) : [...chosen, one];
}

/** What a permission comes to, where its word does not say it all. */
function sentenceBeside(permission: Permission, word = ""): string | null {
	const sentence = PERMISSIONS[permission];
	return sentence === word.toLowerCase() ? null : sentence;
}
