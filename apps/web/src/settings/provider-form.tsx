/** A provider's settings as a form: those that matter first, the rest of a cloud provider's behind a disclosure. */
import type { ProviderView } from "@holdfast/contract/schemas";
import type { CatalogueSetting, Provider } from "@holdfast/providers";
import { ChevronRight, ExternalLink } from "lucide-react";
import { useState } from "react";
import { describe } from "../failure.ts";
import { valueFor } from "../providers/source.ts";
import { useMay } from "../session/me.ts";
import { Button } from "../ui/button.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Conflict } from "./conflict.tsx";
import type { Draft } from "./draft.ts";
import { History } from "./history.tsx";
import { refreshSettings } from "./refresh.ts";
import { Report } from "./report.tsx";
import { SettingField } from "./setting-field.tsx";
import { Tested } from "./tested.tsx";

interface ProviderFormProps {
	provider: Provider;
	view: ProviderView;
	draft: Draft;
	environment: string;
}

export function ProviderForm({ provider, view, draft, environment }: ProviderFormProps) {
	const [asked, setAsked] = useState<string | null>(null);
	const history = view.settings.find(({ name }) => name === asked);
	const isAdvanced = ({ kind, required }: CatalogueSetting) => provider.kind === "cloud" && kind === "url" && !required;
	const fields = (settings: readonly CatalogueSetting[]) =>
		settings.map((setting) => {
			const settingView = view.settings.find(({ name }) => name === setting.name);
			if (!settingView) return null;
			const props = { provider, setting, view: settingView, owner: draft.owner, control: draft.control };
			return (
				<SettingField
					key={setting.name}
					{...props}
					onRemoved={(result) => void draft.report("Removed", result)}
					onHistory={() => setAsked(setting.name)}
				/>
			);
		});
	const advanced = provider.settings.filter(isAdvanced);
	return (
		<>
			<form onSubmit={draft.save} noValidate autoComplete="off" className="max-w-2xl">
				<div className="space-y-5">
					{fields(provider.settings.filter((setting) => !isAdvanced(setting)))}
					{advanced.length > 0 && (
						<details className="group">
							<summary className="inline-flex list-none items-center gap-1 rounded-sm text-sm font-medium text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
								<ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
								Advanced
							</summary>
							<div className="mt-3 space-y-5">{fields(advanced)}</div>
						</details>
					)}
					<Acts provider={provider} view={view} draft={draft} environment={environment} />
				</div>
				<Results provider={provider} draft={draft} environment={environment} />
			</form>
			{history && (
				<History
					view={history}
					owner={draft.owner}
					onClose={() => setAsked(null)}
					onRestored={(result) => {
						setAsked(null);
						void draft.report("Restored", result);
					}}
				/>
			)}
		</>
	);
}

function Acts({ provider, view, draft, environment }: ProviderFormProps) {
	const mayWrite = useMay("settings.write", environment);
	const mayTest = useMay("providers.use", environment);
	const own = view.settings.filter((setting) => valueFor(setting, "personal").layer !== null).map(({ name }) => name);
	return (
		<div className="flex flex-wrap items-center gap-2">
			{mayWrite && (
				<Button type="submit" look="primary" disabled={!draft.dirty || draft.saving.pending}>
					{draft.saving.pending ? "Saving…" : draft.owner === "personal" ? "Save for me" : "Save"}
				</Button>
			)}
			{mayTest && (
				<Button onClick={draft.test} disabled={draft.testing.pending}>
					{draft.testing.pending ? "Testing…" : "Test"}
				</Button>
			)}
			{!mayWrite && <p className="text-sm text-muted">Changing these needs the right to save settings.</p>}
			{mayTest && draft.dirty && <p className="text-sm text-muted">Test tries what you typed and saves nothing.</p>}
			{mayTest && draft.owner === "shared" && own.length > 0 && (
				<p className="text-sm text-muted">Test uses your own {new Intl.ListFormat("en").format(own)}.</p>
			)}
			<a
				href={provider.docs}
				target="_blank"
				rel="noreferrer"
				className="link ml-auto inline-flex items-center gap-1 text-sm text-muted hover:text-ink"
			>
				{provider.kind === "local" ? "How to start it" : "Get a key"}
				<ExternalLink aria-hidden="true" className="size-3.5" />
			</a>
		</div>
	);
}

function Results({ provider, draft, environment }: Omit<ProviderFormProps, "view">) {
	const { saving, testing } = draft;
	const { code, name } = describe(saving.error);
	const conflict = code === "VERSION_CONFLICT" ? name : null;
	return (
		<>
			<Report outcome={draft.outcome} />
			<div className="space-y-3 *:first:mt-4">
				{conflict && (
					<Conflict
						name={conflict}
						environment={environment}
						owner={draft.owner}
						onTake={(version) => {
							draft.replace(conflict, version);
							saving.clear();
							void refreshSettings();
						}}
					/>
				)}
				{saving.error !== null && !conflict && <FailureNotice error={saving.error} provider={provider.id} />}
				{testing.error !== null && <FailureNotice error={testing.error} provider={provider.id} />}
			</div>
			<Tested run={draft.tested} onAgain={() => void draft.test()} />
		</>
	);
}
