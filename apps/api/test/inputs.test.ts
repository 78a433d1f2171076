import { FORBIDDEN_NAMES } from "@holdfast/contract";
import { expect, test } from "vitest";
import { z } from "zod";
import { headersOf, testApp } from "./app.ts";
import { codeIn, errorIn, mutations, procedures, queries, SAMPLES, subscriptions } from "./samples.ts";

const SMUGGLED = ["role", "userId", "ownerId", "isAdmin"];
const PROTOTYPE = ["__proto__", "constructor", "prototype"];

/** Each copy of a sample with `key` added to one of its objects, as JSON text, so that `__proto__` is a key like any other. */
function withKey(sample: unknown, key: string): string[] {
	const extra = `${JSON.stringify(key)}:{"polluted":true}`;
	const copies = (value: unknown): string[] => {
		if (Array.isArray(value)) return value.flatMap((item, i) => copies(item).map((text) => spliced(value, i, text)));
		if (typeof value !== "object" || value === null) return [];
		const entries = Object.entries(value);
		const below = entries.flatMap(([name, inner], i) =>
			copies(inner).map(
				(text) => `{${entries.map(([n, v], j) => `"${n}":${i === j && n === name ? text : JSON.stringify(v)}`)}}`,
			),
		);
		return [`{${[extra, ...entries.map(([n, v]) => `"${n}":${JSON.stringify(v)}`)].join(",")}}`, ...below];
	};
	return copies(sample);
}

function spliced(items: unknown[], at: number, text: string): string {
	return `[${items.map((item, i) => (i === at ? text : JSON.stringify(item))).join(",")}]`;
}

/** Every schema inside a schema. */
function inside(schema: unknown): z.ZodType[] {
	if (!(schema instanceof z.ZodType)) return [];
	const { def } = schema as unknown as { def: Record<string, unknown> };
	const shape = schema instanceof z.ZodObject ? Object.values(schema.shape) : [];
	const inner = [def.innerType, def.element, def.in, def.out, def.catchall, ...shape];
	return [schema, ...inner.flatMap(inside)];
}

const inputsOf = (path: keyof typeof procedures) => procedures[path]._def.inputs;

test("FAULTS 34: every object of every input refuses unknown keys", () => {
	for (const path of [...mutations, ...queries, ...subscriptions]) {
		const objects = inputsOf(path)
			.flatMap(inside)
			.filter((schema) => schema instanceof z.ZodObject);
		if (SAMPLES[path] !== undefined) expect([path, objects.length > 0]).toEqual([path, true]);
		for (const { def } of objects) expect([path, def.catchall instanceof z.ZodNever]).toEqual([path, true]);
	}
});

test("FAULTS 34: unknown keys are refused at each level of each mutation, and change nothing", async () => {
	await using app = await testApp();
	const headers = headersOf({ token: await app.token("all") });
	const before = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1);
	for (const path of mutations) {
		for (const key of [...SMUGGLED, ...PROTOTYPE]) {
			for (const body of withKey(SAMPLES[path], key)) {
				const answer = await app.post(`/trpc/${path}`, body, { ...headers, "trpc-accept": "application/jsonl" });
				expect([body, answer.text.includes("INPUT_INVALID")]).toEqual([body, true]);
			}
		}
	}
	expect(await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1)).toEqual(before);
	expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("FAULTS 34: names of the prototype are no setting's name", async () => {
	await using app = await testApp();
	const headers = headersOf({ token: await app.token("all") });
	for (const name of [...PROTOTYPE, "toString", "hasOwnProperty", "__defineGetter__"]) {
		const answer = await app.post("/trpc/settings.save", { writes: [{ name, value: "one" }] }, headers);
		expect([name, codeIn(answer)]).toEqual([name, "NAME_INVALID"]);
		for (const [path, input] of [
			["settings.explain", { name }],
			["settings.history", { name }],
			["providers.models", { provider: name }],
			["settings.list", { environment: name }],
		] as const) {
			const read = await app.get(`/trpc/${path}`, input, headers);
			expect([path, name, read.status < 500]).toEqual([path, name, true]);
		}
	}
	const draft = [{ name: "__proto__", value: "one" }];
	expect(codeIn(await app.post("/trpc/providers.test", { provider: "google", draft }, headers))).toBe(
		"SETTING_NOT_FOUND",
	);
	expect(codeIn(await app.post("/trpc/environments.create", { name: "__proto__" }, headers))).toBe(
		"ENVIRONMENT_INVALID",
	);
});

/** A name that a pattern of the table matches. */
const example = (pattern: string) => pattern.replace("*", pattern.startsWith("*") ? "HTTPS" : "X1");

test.for(FORBIDDEN_NAMES)(
	"FAULTS 35: $pattern is refused on save, naming it, in lower case too",
	async ({ pattern, because }) => {
		await using app = await testApp();
		const headers = headersOf({ token: await app.token("all") });
		const name = example(pattern);
		const writes = [
			{ name: "FINE", value: "one" },
			{ name, value: "one" },
		];
		const error = errorIn(await app.post("/trpc/settings.save", { writes }, headers));
		expect(error?.data.app).toMatchObject({ code: "NAME_FORBIDDEN", name });
		expect(error?.message).toContain(because);
		const lower = { writes: [{ name: name.toLowerCase(), value: "one" }] };
		const refused = errorIn(await app.post("/trpc/settings.save", lower, headers));
		expect(refused?.data.app.code).toBe("NAME_FORBIDDEN");
		expect(refused?.message).toContain(name.toLowerCase());
		expect(await app.vault.storage.current("default", "shared")).toEqual([]);
	},
);

test("FAULTS 25: no query and no subscription takes a value: those would land in URLs", () => {
	const named = (schema: unknown): string[] =>
		inside(schema).flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.shape) : []));
	for (const path of [...queries, ...subscriptions]) {
		const suspects = inputsOf(path)
			.flatMap(named)
			.filter((name) => /value|secret|key|token|password|draft|writes/i.test(name));
		expect([path, suspects]).toEqual([path, []]);
	}
});
