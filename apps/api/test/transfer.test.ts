import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FORBIDDEN_NAMES, ROLES } from "@holdfast/contract";
import type { ExportResult, ImportPreview } from "@holdfast/contract/schemas";
import { person } from "@holdfast/vault/test";
import { describe, expect, test } from "vitest";
import { appRouter } from "../src/router.ts";
import { headersOf, refusal, type TestApp, testApp } from "./app.ts";
import { canary, found } from "./canary.ts";
import { codeIn, errorIn } from "./samples.ts";

const LAST = Number.MAX_SAFE_INTEGER;

async function full(app: TestApp) {
	const token = await app.token("all");
	return { api: app.client({ token }), headers: headersOf({ token }) };
}

const verdicts = ({ rows }: ImportPreview) => rows.map(({ line, name, verdict }) => [line, name, verdict]);

describe("a preview", () => {
	test("says of each line what an import would do, masked, and writes nothing", async () => {
		await using app = await testApp();
		const { api } = await full(app);
		await api.settings.save.mutate({ writes: [{ name: "OPENAI_API_KEY", value: "sk-before-0123456789-last" }] });
		await api.settings.save.mutate({ writes: [{ name: "SAME", value: "as it was" }] });
		const before = await app.vault.storage.revision();
		const text =
			"NEW=1\nOPENAI_API_KEY=sk-after-0123456789-next\nSAME='as it was'\nNEW=2 # again\nlower=3\nOPEN='\nEMPTY=\n";
		const preview = await api.settings.previewImport.mutate({ from: { text } });
		expect(verdicts(preview)).toEqual([
			[1, "NEW", "superseded"],
			[2, "OPENAI_API_KEY", "changed"],
			[3, "SAME", "same"],
			[4, "NEW", "new"],
			[5, "lower", "refused"],
			[6, "OPEN", "refused"],
			[7, "EMPTY", "refused"],
		]);
		expect(preview.rows[0]).toMatchObject({ reason: "line 4 sets it again", shown: null, version: 0 });
		expect(preview.rows[1]).toMatchObject({ shown: "••••next", saved: "••••last", version: 1 });
		expect(await app.vault.storage.revision()).toBe(before);
	});

	test("of the environment's file offers the lines that Holdfast does not manage", async () => {
		await using app = await testApp();
		const { api } = await full(app);
		await api.settings.save.mutate({ writes: [{ name: "MANAGED", value: "one" }] });
		writeFileSync(join(app.folder, ".env"), "MANAGED='one'\nBY_HAND=two\nBROKEN='\nLATER=three\n");
		const preview = await api.settings.previewImport.mutate({ from: { file: true } });
		expect(verdicts(preview)).toEqual([
			[2, "BY_HAND", "new"],
			[3, "BROKEN", "refused"],
			[4, "LATER", "new"],
		]);
	});
});

describe("an import", () => {
	test("saves the chosen names in one commit, and answers as a save does", async () => {
		await using app = await testApp();
		const { api } = await full(app);
		const from = { text: "A=1\nB='two\nlines'\nC=3\n" };
		const { mark, rows } = await api.settings.previewImport.mutate({ from });
		const names = rows
			.filter(({ name }) => name !== "C")
			.map(({ name, version }) => ({ name: name ?? "", expectedVersion: version }));
		const before = await app.vault.storage.revision();
		const result = await api.settings.import.mutate({ from, names, mark, message: "moving in" });
		expect(result).toMatchObject({ revision: before + 1, mirrors: [{ target: ".env", status: "mirrored" }] });
		expect(result.settings.map(({ name, version }) => [name, version])).toEqual([
			["A", 1],
			["B", 1],
		]);
		const { value } = await api.settings.reveal.mutate({ name: "B" });
		expect(value).toBe("two\nlines");
		expect(await refusal(api.settings.reveal.mutate({ name: "C" }))).toBe("SETTING_NOT_FOUND");
		const [version] = await api.settings.history.query({ name: "A" });
		expect(version).toMatchObject({ message: "moving in" });
	});

	test("takes from the file what was chosen, and the rest stays as it was typed", async () => {
		await using app = await testApp();
		const { api } = await full(app);
		writeFileSync(join(app.folder, ".env"), "# mine\nA=1\nB=2\n", { mode: 0o600 });
		const from = { file: true } as const;
		const { mark } = await api.settings.previewImport.mutate({ from });
		await api.settings.import.mutate({ from, mark, names: [{ name: "A", expectedVersion: 0 }] });
		const rows = await app.vault.storage.current("default", "shared");
		expect(rows.map(({ name, message }) => [name, message])).toEqual([["A", "Imported from .env"]]);
		const editor = person("ed");
		const asEditor = appRouter.createCaller({
			vault: app.vault,
			caller: editor,
			user: null,
			origin: "http://localhost",
			report: () => undefined,
		});
		await expect(asEditor.settings.import({ from, names: [{ name: "B", expectedVersion: 0 }] })).rejects.toMatchObject({
			cause: { code: "NOT_ALLOWED" },
		});
	});

	test("refuses another text than the preview's, a newer version and what was not offered, and saves nothing", async () => {
		await using app = await testApp();
		const { api } = await full(app);
		const names = [
			{ name: "FINE", expectedVersion: 0 },
			{ name: "A", expectedVersion: 0 },
		];
		const text = "FINE=1\nA=1\n";
		const { mark } = await api.settings.previewImport.mutate({ from: { text } });
		const sent = (other: string) => refusal(api.settings.import.mutate({ from: { text: other }, names, mark }));
		expect(await sent("FINE=1\nA=2\n")).toBe("IMPORT_CHANGED");
		for (const other of ["FINE=1\n", "FINE=1\nA='\n", "FINE=1\nA=\n", "FINE=1\nA=x#y\n"]) {
			expect(await refusal(api.settings.import.mutate({ from: { text: other }, names }))).toBe("IMPORT_REFUSED");
		}
		expect(await app.vault.storage.current("default", "shared")).toEqual([]);
		await api.settings.save.mutate({ writes: [{ name: "A", value: "first" }] });
		expect(await sent(text)).toBe("VERSION_CONFLICT");
		expect((await app.vault.storage.current("default", "shared")).map(({ name }) => name)).toEqual(["A"]);
	});

	test.for(FORBIDDEN_NAMES)("FAULTS 35: $pattern is refused, with the line and why", async ({ pattern, because }) => {
		await using app = await testApp();
		const { headers } = await full(app);
		const name = pattern.replace("*", pattern.startsWith("*") ? "HTTPS" : "X1");
		const from = { text: `FINE=1\n${name}=one\n` };
		const preview = await app.post("/trpc/settings.previewImport", { from }, headers);
		expect(preview.json()).toMatchObject({
			result: { data: { rows: [{ verdict: "new" }, { name, verdict: "refused" }] } },
		});
		const names = ["FINE", name].map((each) => ({ name: each, expectedVersion: 0 }));
		const error = errorIn(await app.post("/trpc/settings.import", { from, names }, headers));
		expect(error?.data.app).toMatchObject({ code: "IMPORT_REFUSED", name });
		expect(error?.message).toContain(`line 2, its name may not be saved: ${because}`);
		expect(await app.vault.storage.current("default", "shared")).toEqual([]);
	});

	test("FAULTS 34: names of the prototype are refused like any other that is not legal", async () => {
		await using app = await testApp();
		const { api } = await full(app);
		for (const name of ["__proto__", "constructor", "toString"]) {
			const from = { text: `${name}=polluted\nFINE=1\n` };
			expect(verdicts(await api.settings.previewImport.mutate({ from }))).toEqual([
				[1, name, "refused"],
				[2, "FINE", "new"],
			]);
			const names = [{ name, expectedVersion: 0 }];
			expect(await refusal(api.settings.import.mutate({ from, names }))).toBe("IMPORT_REFUSED");
			expect((await api.settings.export.mutate({ names: [name] })).left).toMatchObject([{ name }]);
		}
		expect(({} as { polluted?: string }).polluted).toBeUndefined();
	});

	test("FAULTS 38: a megabyte of anything is answered", async () => {
		await using app = await testApp();
		const { headers } = await full(app);
		for (const piece of ["A=1\n", "A='\\'\"\n", 'A="\\"', " ", "A\n", "\n", "A= #"]) {
			const text = piece.repeat(1_000_000 / piece.length);
			const answer = await app.post("/trpc/settings.previewImport", { from: { text } }, headers);
			expect([piece, [200, 400].includes(answer.status)]).toEqual([piece, true]);
		}
		const text = "x".repeat(3 * 1024 * 1024);
		expect(codeIn(await app.post("/trpc/settings.previewImport", { from: { text } }, headers))).toBe("INPUT_INVALID");
	});
});

describe("an export", () => {
	test("gives what is saved, inherited too when asked, and is an entry for each setting", async () => {
		await using app = await testApp();
		const { api, headers } = await full(app);
		await api.environments.create.mutate({ name: "staging" });
		await api.settings.save.mutate({
			writes: [
				{ name: "A", value: "base" },
				{ name: "B", value: "both" },
			],
		});
		await api.settings.save.mutate({ environment: "staging", writes: [{ name: "A", value: "own" }] });
		const own = await api.settings.export.mutate({ environment: "staging" });
		expect(own).toEqual({ text: "A='own'\n", fileName: "staging.env", left: [] });
		const asked = { environment: "staging", format: "json", inherited: true, names: ["B", "A", "NONE"] };
		const answer = await app.post("/trpc/settings.export", asked, headers);
		expect(answer.headers.get("cache-control")).toBe("no-store");
		const { text, fileName, left } = (answer.json() as { result: { data: ExportResult } }).result.data;
		expect(JSON.parse(text)).toEqual({ A: "own", B: "both" });
		expect([fileName, left]).toEqual(["staging.json", [{ name: "NONE", reason: "it is not saved here" }]]);
		const entries = (await app.vault.storage.audit(LAST, 2)).map(
			({ action, target, environment, outcome, details }) => ({
				action,
				target,
				environment,
				outcome,
				details,
			}),
		);
		const shared = { action: "settings.export", environment: "staging", outcome: "done" };
		const details = { format: "json", settings: 2 };
		expect(entries).toEqual([
			{ ...shared, target: "B", details },
			{ ...shared, target: "A", details },
		]);
	});

	test("leaves out what the format cannot hold, and names no such setting in the log", async () => {
		await using app = await testApp();
		const { api } = await full(app);
		await api.settings.save.mutate({ writes: [{ name: "LINES", value: "a\nb" }] });
		const { text, left } = await api.settings.export.mutate({ format: "docker" });
		expect([text, left]).toEqual(["", [{ name: "LINES", reason: "it has more than one line" }]]);
		expect(await app.vault.storage.audit(LAST, 1)).toMatchObject([{ action: "settings.export", target: null }]);
		expect(await refusal(api.settings.export.mutate({ format: "kubernetes", title: "No Such_Name" }))).toBe(
			"INPUT_INVALID",
		);
	});
});

test("FAULTS 24: a pasted secret is in .env and in an export, and in no preview, error, entry or log", async () => {
	await using app = await testApp();
	const { headers } = await full(app);
	const viewer = headersOf({ token: await app.token(ROLES.viewer) });
	const [kept, dropped] = [canary("kept"), canary("dropped")];
	const from = {
		text: [
			`OPENAI_API_KEY='${kept}'`,
			`OTHER='${dropped}`,
			`GLUED=${dropped}#${dropped}`,
			`${dropped}=${dropped}`,
			`path=${dropped}`,
			`FINE='${dropped}'`,
		].join("\n"),
	};
	const chosen = (...names: string[]) => ({ from, names: names.map((name) => ({ name, expectedVersion: 0 })) });
	expect((await app.post("/trpc/settings.previewImport", { from }, headers)).status).toBe(200);
	for (const [input, who] of [
		[chosen("OTHER"), headers],
		[chosen("GLUED"), headers],
		[chosen("path"), headers],
		[chosen("NONE"), headers],
		[{ ...chosen("FINE"), mark: "other" }, headers],
		[{ ...chosen("FINE"), owner: "personal" }, headers],
		[{ ...chosen("FINE"), environment: "none" }, headers],
		[{ ...chosen("FINE"), from: { text: [from.text] } }, headers],
		[{ ...chosen("FINE"), from: { ...from, file: true } }, headers],
		[chosen("FINE"), viewer],
		[chosen("FINE"), {}],
	] as const) {
		expect((await app.post("/trpc/settings.import", input, who)).status).toBeGreaterThanOrEqual(400);
		const preview = await app.post("/trpc/settings.previewImport", { ...input, names: undefined }, viewer);
		expect(preview.status).toBeGreaterThanOrEqual(400);
	}
	expect((await app.post("/trpc/settings.import", chosen("OPENAI_API_KEY"), headers)).status).toBe(200);
	expect((await app.post("/trpc/settings.export", {}, viewer)).status).toBe(403);
	expect((await app.post("/trpc/settings.export", {}, headers)).text).toContain("OPENAI_API_KEY");
	await app.get("/trpc/audit.list", { limit: 200 }, headers);
	expect(found(app, dropped, () => false)).toEqual([]);
	expect(found(app, kept, (place) => place.endsWith("/.env") || place.includes("settings.export"))).toEqual([]);
});
