import { describe, expect, test } from "vitest";
import { candidates, type Sources } from "./resolve.ts";

const saved = (value: string) => new Map([["KEY", { value, version: 1 }]]);

/** A value in every place there is. */
const everywhere: Sources = {
	environment: "production",
	personal: saved("personal"),
	own: saved("own"),
	base: saved("base"),
	process: new Map([["KEY", "process"]]),
	files: [
		{ path: ".env.production", environment: "production", values: new Map([["KEY", "own file"]]) },
		{ path: ".env", environment: "default", values: new Map([["KEY", "base file"]]) },
	],
	fallback: "fallback",
	precedence: "saved",
};

const order = (sources: Sources) => candidates("KEY", sources).map(({ value }) => value);

describe("the stated precedence", () => {
	test("personal, environment, default, process, files, catalogue", () => {
		const strongestFirst = ["personal", "own", "base", "process", "own file", "base file", "fallback"];
		expect(order(everywhere)).toEqual(strongestFirst);
		expect(candidates("KEY", everywhere).map(({ source }) => source)).toEqual([
			"personal",
			"environment",
			"default",
			"process",
			"file",
			"file",
			"catalogue",
		]);
	});

	test("with `process`, what the process had goes before everything saved for all, and after what is personal", () => {
		const pinned = { ...everywhere, precedence: "process" } as const;
		expect(order(pinned).slice(0, 4)).toEqual(["personal", "process", "own", "base"]);
	});

	test("a line that mirrors what is saved in its environment is not a place of its own", () => {
		const [own, base] = everywhere.files;
		const files = [
			{ ...own, path: ".env.production", environment: "production", values: new Map([["KEY", "own"]]) },
			{ ...base, path: ".env", environment: "default", values: new Map([["KEY", "base"]]) },
		];
		expect(order({ ...everywhere, files })).toEqual(["personal", "own", "base", "process", "fallback"]);
	});

	test("a line without a value is not a place", () => {
		const files = [{ path: ".env.production", environment: "production", values: new Map([["KEY", ""]]) }];
		expect(order({ ...everywhere, files })).toEqual(["personal", "own", "base", "process", "fallback"]);
	});

	test("a saved value that does not open keeps its place", () => {
		const own = new Map([["KEY", { value: null, version: 1 }]]);
		expect(order({ ...everywhere, personal: new Map(), own }).slice(0, 2)).toEqual([null, "base"]);
	});

	test("in `default` a saved value is of the source `default`", () => {
		const sources = { ...everywhere, environment: "default", base: new Map(), files: [] };
		expect(candidates("KEY", sources)[1]).toMatchObject({ source: "default", place: "default", version: 1 });
	});

	test("a name that has no value anywhere has no place", () => {
		expect(candidates("OTHER", { ...everywhere, fallback: undefined })).toEqual([]);
	});
});
