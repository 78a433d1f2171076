/** A model by name: as the provider lists them once the list is opened, well-known ones until then, or any text. */
import type { Provider } from "@holdfast/providers";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { trpc } from "../trpc.ts";
import { Combobox } from "../ui/combobox.tsx";

interface ModelPickerProps {
	id?: string;
	label?: string;
	provider: Provider;
	environment: string;
	value: string;
	onChange(model: string): void;
	placeholder?: string;
	disabled?: boolean;
	describedBy?: string;
}

export function ModelPicker({ provider, environment, ...field }: ModelPickerProps) {
	const [wanted, setWanted] = useState(false);
	const list = useQuery(
		trpc.providers.models.queryOptions({ environment, provider: provider.id }, { enabled: wanted, staleTime: 300_000 }),
	);
	const models = list.data?.models ?? provider.models;
	return (
		<Combobox
			{...field}
			options={models.map(({ id, label }) => ({ value: id, label }))}
			note={
				list.isFetching
					? "Asking the provider…"
					: list.data?.from === "provider"
						? "As the provider lists them. Any other name may be typed."
						: "Well-known models. Any other name may be typed."
			}
			onOpen={() => setWanted(true)}
		/>
	);
}
