/** The choices once more, each with what it does, before they are applied at once. */
import type { MirrorLine } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { describe } from "../failure.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import type { Choice } from "./choices.ts";
import { effectOf, SIDES, type Take } from "./line-words.ts";
import { Value } from "./value.tsx";

const MESSAGE_MAX = 500;
const ReviewForm = z.object({
	message: z.string().trim().max(MESSAGE_MAX, `Use at most ${MESSAGE_MAX} characters.`),
});

/** The refusals that say: what was looked at is not what is there. */
const OUTDATED: ReadonlySet<string | null> = new Set(["LINE_CHANGED", "LINE_SETTLED", "VERSION_CONFLICT"]);

export interface Reviewed {
	lines: readonly MirrorLine[];
	choices: readonly Choice[];
}

interface ReviewProps extends Reviewed {
	environment: string;
	target: string;
	onClose(): void;
	onApplied(): void;
	/** Nothing was applied: this line is not as it was. */
	onOutdated(name: string): void;
}

export function Review(props: ReviewProps) {
	const { target, choices, onClose } = props;
	const apply = useApply(props);
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(ReviewForm),
		defaultValues: { message: "" },
	});
	const count = choices.length === 1 ? "1 choice" : `${choices.length} choices`;
	return (
		<Dialog title={`Apply ${count} to ${target}?`} wide onClose={onClose}>
			<form onSubmit={handleSubmit(({ message }) => apply.run(message))} noValidate className="space-y-4">
				<p className="text-muted">
					They are applied together or not at all. A value that is given up stays in the history.
				</p>
				<Listed {...props} />
				<Field
					label="Message"
					autoComplete="off"
					hint="Optional. It stands in the history beside each new version."
					error={formState.errors.message?.message}
					{...register("message")}
				/>
				{apply.error !== null && <FailureNotice error={apply.error} />}
				<Answers>
					<Button onClick={onClose}>Back</Button>
					<Button type="submit" look="primary" disabled={apply.pending}>
						{apply.pending ? "Applying…" : `Apply ${count}`}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}

function useApply({ environment, choices, onApplied, onOutdated }: ReviewProps) {
	const apply = useAct(async (message: string): Promise<{ outdated: string | null }> => {
		try {
			await client.mirrors.resolve.mutate({ environment, choices: [...choices], ...(message && { message }) });
			return { outdated: null };
		} catch (error) {
			const { code, name } = describe(error);
			if (!OUTDATED.has(code) || name === null) throw error;
			return { outdated: name };
		}
	});
	const run = async (message: string) => {
		const done = await apply.run(message);
		if (!done) return;
		if (done.outdated === null) onApplied();
		else onOutdated(done.outdated);
	};
	return { run, pending: apply.pending, error: apply.error };
}

function Listed({ lines, choices }: Reviewed) {
	return (
		<section
			aria-label="What is applied"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard.
			tabIndex={0}
			className="max-h-[40vh] overflow-y-auto rounded-md border border-line"
		>
			<ul className="divide-y divide-line">
				{choices.map(({ name, take }) => {
					const line = lines.find((each) => each.name === name);
					return line && <Listing key={name} line={line} take={take} />;
				})}
			</ul>
		</section>
	);
}

/** What goes, an arrow, and what is there afterwards: in the file or in Holdfast, whichever gives way. */
function Listing({ line, take }: { line: MirrorLine; take: Take }) {
	const [gone, kept] = take === "saved" ? [line.file, line.saved] : [line.saved, line.file];
	return (
		<li className="px-3 py-2">
			<div className="flex flex-wrap items-baseline justify-between gap-x-4">
				<code className="text-sm font-medium break-all">{line.name}</code>
				<span className="text-sm text-muted">
					{SIDES[take].choice}: {effectOf(line, take)}
				</span>
			</div>
			<div className="flex flex-wrap items-baseline gap-x-2 text-muted">
				<Value side={gone} />
				<span aria-hidden="true">→</span>
				<span className="sr-only">gives way to</span>
				<Value side={kept} />
			</div>
		</li>
	);
}
