/**
 * Something the person does, with its progress and its failure.
 *
 * In the place of a cached mutation: inputs and answers of an act may be secrets, and a mutation cache would hold both.
 * Here the input is never kept and the answer is given to the caller alone.
 */
import { useState } from "react";

export interface Act<Input, Output> {
	/** Answers with `null` when it failed; the failure is then in `error`. */
	run(input: Input): Promise<Output | null>;
	pending: boolean;
	error: unknown;
	/** Forgets the failure. */
	clear(): void;
}

export function useAct<Input, Output>(perform: (input: Input) => Promise<Output>): Act<Input, Output> {
	const [pending, setPending] = useState(false);
	const [error, setError] = useState<unknown>(null);
	return {
		pending,
		error,
		clear: () => setError(null),
		async run(input) {
			setPending(true);
			setError(null);
			try {
				return await perform(input);
			} catch (cause) {
				setError(cause);
				return null;
			} finally {
				setPending(false);
			}
		},
	};
}
