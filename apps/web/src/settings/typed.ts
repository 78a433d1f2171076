/** What can be said about a value while it is typed. The server checks again; a warning never stops a save. */
import { errorMessage, valueProblem } from "@holdfast/contract";
import type { CatalogueSetting } from "@holdfast/providers";

/** Why this value would be refused, as a sentence; `null` when it would not. A blank keeps the current value. */
export function typedProblem({ name }: CatalogueSetting, value: string): string | null {
	const problem = value === "" ? null : valueProblem(value);
	return problem ? errorMessage(problem, { name }) : null;
}

/** What looks odd about it; `null` when nothing does. */
export function typedWarning({ prefix }: CatalogueSetting, value: string): string | null {
	if (value === "") return null;
	if (value !== value.trim()) return "It begins or ends with a space, which is saved as well.";
	if (prefix && !value.startsWith(prefix))
		return `Keys of this provider usually begin with ${prefix}. Is it the right one?`;
	return null;
}
