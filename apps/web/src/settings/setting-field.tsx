/**
 * One setting of a provider: its name, where its value comes from, and an input for another one.
 *
 * A secret's input starts empty and blank keeps the saved value; the mask is never inside it. A plain value is edited in
 * place.
 */
import type { Owner, SaveResult, SettingView } from "@holdfast/contract/schemas";
import type { CatalogueSetting, Provider } from "@holdfast/providers";
import { History } from "lucide-react";
import { type ReactNode, useId } from "react";
import { type Control, useController } from "react-hook-form";
import { ModelPicker } from "../providers/model-picker.tsx";
import { type OwnValue, valueFor } from "../providers/source.ts";
import { SourceBadge } from "../providers/source-badge.tsx";
import { useMay } from "../session/me.ts";
import { Button } from "../ui/button.tsx";
import { Remove } from "./remove.tsx";
import { SecretValue } from "./secret-value.tsx";
import { typedProblem, typedWarning } from "./typed.ts";

interface SettingFieldProps {
	provider: Provider;
	setting: CatalogueSetting;
	view: SettingView;
	/** Whose value is shown, and whose a typed one becomes. */
	owner: Owner;
	control: Control<Record<string, string>>;
	onRemoved(result: SaveResult): void;
	onHistory(): void;
}

export function SettingField({ provider, setting, view, owner, control, onRemoved, onHistory }: SettingFieldProps) {
	const id = useId();
	const mayWrite = useMay("settings.write", view.environment);
	const mayRemove = useMay("settings.remove", view.environment);
	const { field, fieldState } = useController({
		control,
		name: setting.name,
		rules: { validate: (value) => typedProblem(setting, value) ?? true },
	});
	const secret = setting.kind === "secret";
	const value = valueFor(view, owner);
	const shared = valueFor(view, "shared");
	const remove = mayRemove && value.version > 0 && <Remove view={view} owner={owner} onRemoved={onRemoved} />;
	const masked = secret && (value.layer !== null || value.damaged);
	const placeholder = placeholderOf(setting, owner === "personal" ? { own: value, shared } : { own: value });
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
					<HistoryButton name={view.name} saved={value.version > 0} onClick={onHistory} />
					{!masked && remove}
					<SourceBadge view={view} />
				</span>
			</div>
			<div>
				{masked && (
					<SecretValue view={view} owner={owner}>
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
						placeholder={placeholder}
					/>
				) : (
					<input
						{...field}
						{...described}
						{...(secret ? HUSHED : { type: setting.kind === "url" ? "url" : "text", autoComplete: "off" })}
						spellCheck={false}
						aria-invalid={fieldState.error ? true : undefined}
						placeholder={placeholder}
						className={`input font-mono text-sm ${masked ? "rounded-t-none" : ""}`}
					/>
				)}
			</div>
			<Remark id={`${id}-remark`} {...remarkOf(fieldState.error?.message, warning, setting.hint)} />
			{owner === "shared" && view.personalVersion > 0 && (
				<p className="text-sm text-muted">You use your own value. This one is for everyone else.</p>
			)}
			{value.damaged && <p className="text-sm text-bad">The saved value does not open. Save it again, or remove it.</p>}
		</div>
	);
}

function HistoryButton({ name, saved, onClick }: { name: string; saved: boolean; onClick(): void }) {
	return (
		<Button look="quiet" size="small" icon={<History aria-hidden="true" />} onClick={onClick}>
			<span className={saved ? "max-sm:sr-only" : "sr-only"}>History</span>
			<span className="sr-only"> of {name}</span>
		</Button>
	);
}

/** In an empty input: what a blank comes to. */
function placeholderOf(setting: CatalogueSetting, { own, shared }: { own: OwnValue; shared?: OwnValue }): string {
	const { kind, placeholder } = setting;
	if (kind === "secret" && (own.layer !== null || own.damaged)) return "Enter another one; blank keeps this one";
	if (shared?.layer) return kind === "secret" ? "Enter your own; blank keeps the shared one" : `${shared.layer.shown}`;
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
