/**
 * One setting of a provider: its name, where its value comes from, and an input for another one.
 *
 * A secret's input starts empty and blank keeps the saved value; the mask is never inside it. A plain value is edited in
 * place.
 */
import type { SaveResult, SettingView } from "@holdfast/contract/schemas";
import type { CatalogueSetting, Provider } from "@holdfast/providers";
import { type ReactNode, useId } from "react";
import { type Control, useController } from "react-hook-form";
import { ModelPicker } from "../providers/model-picker.tsx";
import { SourceBadge } from "../providers/source-badge.tsx";
import { useMay } from "../session/me.ts";
import { Remove } from "./remove.tsx";
import { SecretValue } from "./secret-value.tsx";
import { typedProblem, typedWarning } from "./typed.ts";

interface SettingFieldProps {
	provider: Provider;
	setting: CatalogueSetting;
	view: SettingView;
	control: Control<Record<string, string>>;
	onRemoved(result: SaveResult): void;
}

export function SettingField({ provider, setting, view, control, onRemoved }: SettingFieldProps) {
	const id = useId();
	const mayWrite = useMay("settings.write");
	const { field, fieldState } = useController({
		control,
		name: setting.name,
		rules: { validate: (value) => typedProblem(setting, value) ?? true },
	});
	const secret = setting.kind === "secret";
	const masked = secret && (view.effective !== null || view.problem !== null);
	const remove = mayWrite && view.version > 0 && <Remove view={view} onRemoved={onRemoved} />;
	const warning = fieldState.isDirty ? typedWarning(setting, field.value) : null;
	const described = { id, "aria-describedby": `${id}-remark`, disabled: !mayWrite };
	return (
		<div className="space-y-1.5">
			<div className="flex min-h-7 flex-wrap items-center gap-x-2 gap-y-1">
				<span className="font-medium">{setting.label}</span>
				<label htmlFor={id} className="font-mono text-xs text-muted">
					{setting.name}
				</label>
				<span className="flex items-center gap-1 sm:ml-auto">
					{!secret && remove}
					<SourceBadge view={view} />
				</span>
			</div>
			<div>
				{masked && (
					<SecretValue key={`${view.effective?.source} ${view.version}`} view={view}>
						{remove}
					</SecretValue>
				)}
				{setting.kind === "model" ? (
					<ModelPicker
						id={id}
						describedBy={`${id}-remark`}
						disabled={!mayWrite}
						provider={provider}
						environment={view.environment}
						value={field.value}
						onChange={field.onChange}
					/>
				) : (
					<input
						{...field}
						{...described}
						{...(secret ? HUSHED : { type: setting.kind === "url" ? "url" : "text", autoComplete: "off" })}
						spellCheck={false}
						aria-invalid={fieldState.error ? true : undefined}
						placeholder={placeholderOf(setting, masked)}
						className={`input font-mono text-sm ${masked ? "rounded-t-none" : ""}`}
					/>
				)}
			</div>
			<Remark id={`${id}-remark`} {...remarkOf(fieldState.error?.message, warning, setting.hint)} />
			{view.problem && <p className="text-sm text-bad">The saved value does not open. Save it again, or remove it.</p>}
		</div>
	);
}

function placeholderOf({ kind, placeholder }: CatalogueSetting, masked: boolean): string {
	if (masked) return "Enter another one; blank keeps this one";
	return placeholder ?? (kind === "secret" ? "Paste it here" : "");
}

/** Keeps password managers and spell checkers, which may send text away, off a secret. */
const HUSHED = {
	type: "password",
	autoComplete: "off",
	"data-1p-ignore": true,
	"data-lpignore": "true",
	"data-bwignore": true,
} as const;

interface Said {
	tone: string;
	text: ReactNode;
}

function remarkOf(problem: string | undefined, warning: string | null, hint: string): Said {
	if (problem) return { tone: "text-bad", text: problem };
	if (warning) return { tone: "text-warn", text: warning };
	return { tone: "text-muted", text: hint };
}

function Remark({ id, tone, text }: Said & { id: string }) {
	return (
		<p id={id} className={`text-sm ${tone}`}>
			{text}
		</p>
	);
}
