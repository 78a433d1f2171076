/** Numbers as options have them. */
import { InvalidArgumentError } from "commander";

/** @throws InvalidArgumentError for anything but a whole number from 1 on. */
export function wholeNumber(text: string): number {
	const number = Number(text);
	if (Number.isSafeInteger(number) && number > 0) return number;
	throw new InvalidArgumentError("It is no whole number above 0.");
}
