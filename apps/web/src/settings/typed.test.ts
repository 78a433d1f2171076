import type { CatalogueSetting } from "@holdfast/providers";
import { expect, test } from "vitest";
import { typedProblem, typedWarning } from "./typed.ts";

const key: CatalogueSetting = {
	name: "OPENAI_API_KEY",
	label: "API key",
	kind: "secret",
	required: true,
	hint: "",
	prefix: "sk-",
};

test("a blank is neither wrong nor odd: it keeps the current value", () => {
	expect(typedProblem(key, "")).toBeNull();
	expect(typedWarning(key, "")).toBeNull();
});

test("a pasted mask is refused before it is sent", () => {
	expect(typedProblem(key, "••••abcd")).toContain("looks like a mask");
});

test("warns of another provider's key and of a stray space", () => {
	expect(typedWarning(key, "AIzaSyExample")).toContain("begin with sk-");
	expect(typedWarning(key, "sk-example ")).toContain("space");
	expect(typedWarning(key, "sk-example")).toBeNull();
});
