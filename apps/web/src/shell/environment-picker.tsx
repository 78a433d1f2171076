/** Which environment the screen is about. The choice lives in the address, so that a link leads to the same one. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMay } from "../session/me.ts";
import { trpc } from "../trpc.ts";
import { Select } from "../ui/select.tsx";
import { NewEnvironment } from "./new-environment.tsx";

export function useEnvironment(): string {
	return useSearch({ from: "/shell" }).env;
}

export function EnvironmentPicker() {
	const environment = useEnvironment();
	const navigate = useNavigate();
	const mayCreate = useMay("environments.write");
	const list = useQuery(trpc.environments.list.queryOptions());
	const names = list.data?.map(({ name }) => name) ?? [];
	const shown = names.includes(environment) ? names : [environment, ...names];
	return (
		<div className="flex gap-1">
			<Select
				label="Environment"
				labelShown
				value={environment}
				onChange={(event) => void navigate({ to: ".", search: { env: event.target.value } })}
			>
				{shown.map((name) => (
					<option key={name}>{name}</option>
				))}
			</Select>
			{mayCreate && <NewEnvironment />}
		</div>
	);
}
