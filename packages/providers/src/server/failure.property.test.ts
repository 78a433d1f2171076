import { APICallError } from "@ai-sdk/provider";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PROVIDERS } from "../catalogue.ts";
import { providerFailure } from "./index.ts";

/** Long enough not to be part of a sentence by chance. */
const key = fc.string({ minLength: 12, maxLength: 80 }).filter((text) => /\d.*\d/.test(text));
const surroundings = fc.constantFrom("", "model ", "API key ", "quota ", '{"error":"', "unexpected redirect ");

test("FAULTS 24: whatever a provider answers and whatever is thrown, no form of the key is in the error", () => {
	fc.assert(
		fc.property(
			key,
			surroundings,
			fc.integer({ min: 100, max: 599 }),
			fc.constantFrom(...PROVIDERS),
			(secret, around, status, provider) => {
				const forms = [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)];
				const message = around + forms.join(" ");
				const refused = new APICallError({
					message,
					url: `http://127.0.0.1/?key=${forms[2]}`,
					requestBodyValues: { message },
					statusCode: status,
					responseBody: message,
					cause: new Error(message),
				});
				const broken = new TypeError(message, { cause: Object.assign(new Error(message), { code: message }) });
				for (const thrown of [refused, broken, message, { message, code: message }]) {
					const failure = providerFailure(thrown, provider);
					const printed = `${failure.message} ${JSON.stringify(failure.fields)} ${failure.cause}`;
					for (const form of forms) expect(printed).not.toContain(form);
				}
			},
		),
		{ numRuns: process.env.SLOW === "1" ? 10_000 : 200 },
	);
});
