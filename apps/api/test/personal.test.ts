/** What is someone's own is theirs: no procedure tells anyone else of it, whatever their role, and it serves nobody else. */
import { mask, PROCEDURES, type ProcedurePath } from "@holdfast/contract";
import { type Caller, keys, settings, system } from "@holdfast/vault";
import { addPerson, admin, person, type TestVault, testVault } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { appRouter } from "../src/router.ts";
import { canary, traces } from "./canary.ts";
import { answering } from "./provider.ts";
import { SAMPLES } from "./samples.ts";

const VALUE = canary("personal");
const PATHS = Object.keys(PROCEDURES) as ProcedurePath[];
const own = { environment: "default", owner: "personal" } as const;

function callerOf(app: TestVault, caller: Caller) {
	return appRouter.createCaller({
		vault: app.vault,
		caller,
		user: null,
		origin: "http://localhost",
		report: () => undefined,
	});
}

/** What a procedure answers to its sample, or the error it ends in. */
async function answerTo(app: TestVault, caller: Caller, { path, input }: { path: string; input: unknown }) {
	type Call = (input: unknown) => Promise<unknown>;
	const [noun = "", verb] = path.split(".");
	const nouns = callerOf(app, caller) as unknown as Record<string, Call & Record<string, Call | undefined>>;
	const call = verb === undefined ? nouns[noun] : nouns[noun]?.[verb];
	try {
		const answer = await call?.(input);
		if (path !== "chat.send") return answer;
		const events: unknown[] = [];
		for await (const event of answer as AsyncIterable<unknown>) events.push(event);
		return events;
	} catch (error) {
		return String(error);
	}
}

/** The sample of each procedure, and once more about what is the caller's own, where it can be. */
function inputsOf(path: ProcedurePath): unknown[] {
	const input = SAMPLES[path];
	const mayBeOwn = typeof input === "object" && input !== null && "owner" in input;
	return mayBeOwn ? [input, { ...input, owner: "personal" }] : [input];
}

/** An answer as text, without what is of one instance and one moment. */
function comparable(app: TestVault, answer: unknown): string {
	return (
		String(JSON.stringify(answer))
			.replaceAll(app.folder, "FOLDER")
			.replace(/\b\d{13}\b/g, "TIME")
			.replace(/\b\d{8}-\d{6}-r|\b\d{4}-\d\d-\d\d \d\d:\d\d/g, "TIME")
			.replace(/"size":\d+/g, "SIZE")
			.replace(/"latency":[\d.]+/g, "LATENCY")
			// How far a rotation comes in one call is a matter of the machine.
			.replace(/"stage":"(resealing|done)","total":\d+,"done":\d+|"total":\d+,"done":\d+/g, "PROGRESS")
			.replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "INSTANCE")
			.replace(/\bhf_[\w-]+/g, "TOKEN")
			.replace(/\b[0-9a-f]{4}(-[0-9a-f]{4}){3}\b/g, "KEY")
			.replace(/\b[0-9a-f]{16,}\b/g, "MARK")
			.replace(/HOLDFAST1[0-9A-Z\s-]+/g, "KIT")
			.replace(/(["#])[\w-]{22,}"/g, '$1MARK"')
	);
}

/** Everything that someone is answered, by every procedure, beside what Ann has saved as her own under a name. */
async function seenBeside(app: TestVault, caller: Caller, name: string): Promise<{ path: string; answer: unknown }[]> {
	addPerson(app.vault, "olga", "owner");
	const ann = callerOf(app, addPerson(app.vault, "ann"));
	await ann.settings.save({ owner: "personal", writes: [{ name, value: "an earlier value" }], message: "for myself" });
	await ann.settings.save({ owner: "personal", writes: [{ name, value: VALUE }], message: "for myself" });
	await ann.settings.restore({ owner: "personal", name, version: 1 });
	await ann.settings.restore({ owner: "personal", name, version: 2 });
	const seen: { path: string; answer: unknown }[] = [];
	for (const path of PATHS)
		for (const input of inputsOf(path)) {
			seen.push({ path, answer: await answerTo(app, caller, { path, input }) });
			if (path === "keys.rotate") while ((await keys.resume(app.vault, admin))?.stage === "resealing");
		}
	return seen;
}

test.for([person("olga", "owner"), person("adam", "admin"), person("ed", "editor"), person("vic", "viewer"), admin])(
	"to $actor every procedure answers beside another's value as it does without one",
	async (caller) => {
		await using app = await testVault({ serves: false });
		await using without = await testVault({ serves: false });
		const seen = await seenBeside(app, caller, "SAMPLE");
		const unrelated = await seenBeside(without, caller, "UNRELATED");
		for (const [i, { path, answer }] of seen.entries()) {
			if (path === "audit.list") continue;
			expect([path, comparable(app, answer)]).toEqual([path, comparable(without, unrelated[i]?.answer)]);
		}
		const said = JSON.stringify(seen);
		const marks = [mask(VALUE), app.vault.fingerprint("SAMPLE", VALUE), "for myself"];
		for (const trace of [...traces(VALUE), ...marks]) expect(said).not.toContain(trace);
	},
);

test("the audit log says that someone saved something of their own, and nothing that it could be compared with", async () => {
	await using app = await testVault({ serves: false });
	await seenBeside(app, person("olga", "owner"), "SAMPLE");
	// As entries were before that was so.
	app.vault.database.$client.exec(
		`UPDATE audit SET details = json_set(details, '$.fingerprint', 'an old mark') WHERE details ->> 'owner' = 'personal'`,
	);
	const { entries } = await callerOf(app, person("olga", "owner")).audit.list({ limit: 200 });
	const hers = entries.filter(({ actor }) => actor === "user:ann").reverse();
	expect(hers.map(({ action, target, details }) => [action, target, details])).toEqual([
		["settings.save", "SAMPLE", { owner: "personal", version: 1 }],
		["settings.save", "SAMPLE", { owner: "personal", version: 2 }],
		["settings.restore", "SAMPLE", { owner: "personal", version: 3, restoredFrom: 1 }],
		["settings.restore", "SAMPLE", { owner: "personal", version: 4, restoredFrom: 2 }],
	]);
	expect(JSON.stringify(entries)).not.toContain("an old mark");
});

test("a personal key is used for its owner's tests, models and chats, and for nobody else's", async () => {
	await using provider = await answering(200, () => "{}");
	await using app = await testVault({ serves: false });
	await system.configure(app.vault, admin, { localHosts: ["127.0.0.1"] });
	const writes = [
		{ name: "GOOGLE_API_KEY", value: "the-shared-key" },
		{ name: "GOOGLE_BASE_URL", value: provider.url },
	];
	await settings.save(app.vault, admin, { environment: "default", owner: "shared", writes });
	const ann = addPerson(app.vault, "ann");
	await settings.save(app.vault, ann, { ...own, writes: [{ name: "GOOGLE_API_KEY", value: VALUE }] });
	const uses = ["providers.test", "providers.models", "chat.send"] as const;
	const input = { environment: "default", provider: "google", messages: [{ role: "user", content: "hello" }] };
	for (const [caller, key] of [
		[ann, VALUE],
		[addPerson(app.vault, "olga", "owner"), "the-shared-key"],
		[admin, "the-shared-key"],
	] as const) {
		for (const path of uses) {
			const { messages: _, ...rest } = input;
			await answerTo(app, caller, { path, input: path === "chat.send" ? input : rest });
			expect([caller.actor, path, new Set(provider.keys)]).toEqual([caller.actor, path, new Set([key])]);
			provider.keys.length = 0;
		}
	}
});
