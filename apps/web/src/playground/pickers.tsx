/** Who is to answer: environment, provider and model, and which key that means. */
import type { SettingView } from "@holdfast/contract/schemas";
import { settingOfKind } from "@holdfast/providers";
import { Link } from "@tanstack/react-router";
import { ModelPicker } from "../providers/model-picker.tsx";
import type { Entry } from "../providers/roster.ts";
import { SourceBadge } from "../providers/source-badge.tsx";
import { standing } from "../providers/standing.ts";
import { EnvironmentPicker } from "../shell/environment-picker.tsx";
import { Select } from "../ui/select.tsx";
import { Status } from "../ui/status.tsx";

interface PickersProps {
	entries: readonly Entry[];
	entry: Entry;
	environment: string;
	model: string;
	onProvider(id: string): void;
	onModel(model: string): void;
}

export function Pickers({ entries, entry, environment, model, onProvider, onModel }: PickersProps) {
	const { provider } = entry;
	const saved = settingView(entry, "model")?.effective?.shown;
	return (
		<div className="rounded-lg border border-line bg-surface shadow-raised">
			<div className="grid gap-2 p-3 sm:grid-cols-[auto_minmax(0,1fr)_minmax(0,1.4fr)]">
				<EnvironmentPicker />
				<Select label="Provider" value={provider.id} onChange={(event) => onProvider(event.target.value)}>
					<Choices title="Configured" entries={entries.filter((one) => one.view.configured)} />
					<Choices title="Not configured" entries={entries.filter((one) => !one.view.configured)} />
				</Select>
				<div className="flex [&_.input]:h-8">
					<ModelPicker
						label="Model"
						provider={provider}
						environment={environment}
						value={model}
						onChange={onModel}
						placeholder={saved ?? provider.models[0]?.id ?? "Model"}
					/>
				</div>
			</div>
			<ServingKey entry={entry} />
		</div>
	);
}

function Choices({ title, entries }: { title: string; entries: readonly Entry[] }) {
	if (entries.length === 0) return null;
	return (
		<optgroup label={title}>
			{entries.map(({ provider }) => (
				<option key={provider.id} value={provider.id}>
					{provider.label}
				</option>
			))}
		</optgroup>
	);
}

function ServingKey({ entry }: { entry: Entry }) {
	const { provider, view } = entry;
	const { tone, word } = standing(view);
	const key = settingView(entry, "secret");
	return (
		<div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-3 py-2 text-sm">
			<Status tone={tone}>{word}</Status>
			{key?.effective && (
				<>
					<code className="text-xs text-muted">
						{key.name} {key.effective.shown}
					</code>
					<SourceBadge view={key} />
				</>
			)}
			{!view.configured && (
				<Link to="/settings" hash={provider.id} className="link ml-auto">
					Set it up
				</Link>
			)}
		</div>
	);
}

function settingView({ provider, view }: Entry, kind: "secret" | "model"): SettingView | undefined {
	const name = settingOfKind(provider, kind)?.name;
	return view.settings.find((setting) => setting.name === name);
}
