/**
 * What is typed into one provider's card for one owner, and the two acts on it. What goes to everyone and what goes to
 * the person alone are two drafts, so that no typed value changes its owner.
 *
 * Save and Test are separate and neither ever does the other: Test sends what is typed, or else tests what is saved, and
 * writes nothing. Secrets leave the form as soon as they are saved. A save carries the versions that were there when
 * typing began, so that it never silently replaces somebody else's.
 */
import type { Owner, ProviderView, SaveResult, TestResult } from "@holdfast/contract/schemas";
import type { Provider } from "@holdfast/providers";
import { useEffect, useRef, useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { valueFor } from "../providers/source.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { type Outcome, outcomeOf, type Verb } from "./outcome.ts";
import { refreshSettings } from "./refresh.ts";

type Texts = Record<string, string>;
type Typed = { name: string; value: string }[];

export interface TestRun {
	result: TestResult;
	/** Whether typed values were tested in place of the saved ones. */
	ofDraft: boolean;
	/** The base URL that was asked; empty for the provider's own. */
	url: string;
}

interface DraftOf {
	provider: Provider;
	view: ProviderView;
	environment: string;
	owner: Owner;
}

export function useDraft({ provider, view, environment, owner }: DraftOf) {
	const initial = textsOf(provider, view, owner);
	const form = useForm<Texts>({ defaultValues: initial });
	const dirty = form.formState.isDirty;
	const seen = useSeenVersions({ view, owner, dirty });
	useFollowing(form, initial);
	const [outcome, setOutcome] = useState<Outcome | null>(null);
	const [tested, setTested] = useState<TestRun | null>(null);
	const saving = useAct((typed: Typed) => {
		const writes = typed.map((write) => ({ ...write, expectedVersion: seen.current[write.name] ?? 0 }));
		return client.settings.save.mutate({ environment, owner, writes });
	});
	const testing = useAct((draft: Typed) => client.providers.test.mutate({ environment, provider: provider.id, draft }));
	const typed = () => typedIn(form.getValues(), initial);
	const report = (verb: Verb, result: SaveResult) => {
		setOutcome(outcomeOf(verb, result, { environment, owner }));
		setTested(null);
		return refreshSettings();
	};
	return {
		owner,
		control: form.control,
		dirty,
		outcome,
		tested,
		saving,
		testing,
		report,
		/** Lets the next save replace this version of a setting. */
		replace: (name: string, version: number) => {
			seen.current = { ...seen.current, [name]: version };
		},
		save: form.handleSubmit(async () => {
			setOutcome(null);
			const result = await saving.run(typed());
			if (!result) return;
			form.reset(withoutSecrets(provider, form.getValues()));
			await report("Saved", result);
		}),
		test: form.handleSubmit(async () => {
			setTested(null);
			const draft = typed();
			const result = await testing.run(draft);
			if (!result) return;
			const url = provider.settings.find(({ kind }) => kind === "url");
			setTested({ result, ofDraft: draft.length > 0, url: form.getValues(url?.name ?? "") ?? "" });
			await refreshSettings();
		}),
	};
}

export type Draft = ReturnType<typeof useDraft>;

/** The versions on screen when typing began; while nothing is typed they follow the server. */
function useSeenVersions({ view, owner, dirty }: { view: ProviderView; owner: Owner; dirty: boolean }) {
	const versions = useRef<Readonly<Record<string, number>>>({});
	useEffect(() => {
		if (dirty) return;
		versions.current = Object.fromEntries(
			view.settings.map((setting) => [setting.name, valueFor(setting, owner).version]),
		);
	}, [view, owner, dirty]);
	return versions;
}

/** While nothing is typed, the form shows what the server says applies. */
function useFollowing(form: UseFormReturn<Texts>, initial: Texts): void {
	const dirty = form.formState.isDirty;
	const followed = JSON.stringify(initial);
	useEffect(() => {
		if (!dirty) form.reset(JSON.parse(followed) as Texts);
	}, [form, dirty, followed]);
}

/** Secrets start empty; plain values start as they apply, the person's own as far as there are any. */
function textsOf(provider: Provider, { settings }: ProviderView, owner: Owner): Texts {
	const has = new Map(settings.map((setting) => [setting.name, valueFor(setting, owner).layer?.shown ?? ""]));
	return Object.fromEntries(
		provider.settings.map(({ name, kind }) => [name, kind === "secret" ? "" : (has.get(name) ?? "")]),
	);
}

function withoutSecrets(provider: Provider, texts: Texts): Texts {
	const secrets = provider.settings.filter(({ kind }) => kind === "secret").map(({ name }) => [name, ""]);
	return { ...texts, ...Object.fromEntries(secrets) };
}

/** What differs from what applies; a blank keeps what is there. */
function typedIn(texts: Texts, initial: Texts): Typed {
	return Object.entries(texts).flatMap(([name, value]) =>
		value === "" || value === initial[name] ? [] : [{ name, value }],
	);
}
