/** The field for an environment's name, with the rule for it. Takes what `register` gives. */
import { environmentNameProblem } from "@holdfast/contract";
import type { InputHTMLAttributes } from "react";
import { z } from "zod";
import { Field } from "../ui/field.tsx";

const RULE = "Lower-case letters and digits in words joined by hyphens, up to 40 characters.";

export const EnvironmentName = z.string().superRefine((name, context) => {
	const problem = environmentNameProblem(name);
	if (problem !== null) context.addIssue({ code: "custom", message: `It cannot be the name: ${problem}.` });
});

interface EnvironmentNameFieldProps extends InputHTMLAttributes<HTMLInputElement> {
	label: string;
	error?: string | undefined;
}

export function EnvironmentNameField(props: EnvironmentNameFieldProps) {
	return <Field placeholder="production" autoComplete="off" spellCheck={false} mono hint={RULE} {...props} />;
}
