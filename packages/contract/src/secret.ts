/**
 * A value that does not print itself. Whatever logs, serializes, interpolates or inspects it reads `[secret]`; only
 * `reveal()` gives the text, so each place that takes the text out can be found by its name.
 */
const PRINTED = "[secret]";

export class Secret {
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
	}

	reveal(): string {
		return this.#text;
	}

	toString(): string {
		return PRINTED;
	}

	toJSON(): string {
		return PRINTED;
	}

	[Symbol.toPrimitive](): string {
		return PRINTED;
	}

	[Symbol.for("nodejs.util.inspect.custom")](): string {
		return PRINTED;
	}
}
