/**
 * The generated matrix: every procedure × who, also narrowed × environment × owner × session or token, over HTTP. What is
 * expected is worked out here from the two tables alone, not by the functions that decide.
 */
import {
	INSTANCE_WIDE,
	PERMISSIONS,
	type Permission,
	PROCEDURES,
	type ProcedurePath,
	ROLES,
	type Role,
} from "@holdfast/contract";
import { environments, settings } from "@holdfast/vault";
import { addPerson, admin, authTables } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { type Credential, chat, headersOf, refusal, type TestApp, testApp } from "./app.ts";
import { codeIn, procedures, SAMPLES } from "./samples.ts";
import { openStream } from "./stream.ts";

type Held = readonly Permission[];

const NAMES = ["default", "staging"] as const;
const GUARDED = (Object.keys(PROCEDURES) as ProcedurePath[]).filter((path) => PROCEDURES[path] !== "public");

/** The walk ends what it needs itself when it comes to these. */
const LAST: readonly ProcedurePath[] = ["keys.rotate", "keys.resume", "people.leave"];
const PATHS = [...GUARDED.filter((path) => !LAST.includes(path)), ...LAST];

/** People by what they are, and what that comes to in `default`, in `staging`, and anywhere else. */
const PEOPLE: ReadonlyArray<[role: Role, narrowed: Record<string, Role | "none"> | null, ...comesTo: Held[]]> = [
	["owner", null, ROLES.owner, ROLES.owner, ROLES.owner],
	["admin", null, ROLES.admin, ROLES.admin, ROLES.admin],
	["editor", null, ROLES.editor, ROLES.editor, ROLES.editor],
	["viewer", null, ROLES.viewer, ROLES.viewer, ROLES.viewer],
	["admin", { staging: "viewer" }, ROLES.admin, ROLES.viewer, ROLES.admin],
	["admin", { "*": "none", default: "editor" }, ROLES.editor, [], []],
	["editor", { default: "none" }, [], ROLES.editor, ROLES.editor],
	["viewer", { "*": "admin", staging: "owner" }, ROLES.viewer, ROLES.viewer, ROLES.viewer],
];

/** The environment that a sample names otherwise than by `environment`: which of the three places that is. */
const PLACE: Partial<Record<ProcedurePath, number>> = {
	"environments.create": 1,
	"environments.rename": 2,
	"environments.remove": 2,
	"tokens.create": 0,
};

/** What the samples need beside: a token is given, and someone invited, by who has what that may do, and a file is chosen by who may read it. */
const BESIDE: Partial<Record<ProcedurePath, Permission>> = {
	"tokens.create": "settings.see",
	"people.invite": "settings.see",
	"mirrors.configure": "settings.reveal",
};

/** What is one's own is read by whoever sees it at all. */
function neededFor(path: ProcedurePath, owner: unknown): Held {
	if (path === "settings.reveal" && owner === "personal") return ["settings.see"];
	const needed = PROCEDURES[path];
	// About their own account, everyone may ask.
	if (needed === "signed-in") return [];
	return [needed as Permission, BESIDE[path]].filter((each) => each !== undefined);
}

interface Cell {
	path: ProcedurePath;
	input: unknown;
	needed: Held;
	/** In which of the three places that has to be held: in all of them, or in one. */
	places: readonly number[];
	how: "every" | "some";
}

function cells(path: ProcedurePath, isPerson: boolean): Cell[] {
	const sample = SAMPLES[path];
	const fields = typeof sample === "object" && sample !== null ? (sample as Record<string, unknown>) : {};
	const owners = "owner" in fields ? ["shared", ...(isPerson ? ["personal"] : [])] : [undefined];
	return owners.flatMap((owner): Cell[] => {
		const needed = neededFor(path, owner);
		const of = (more: object) => (sample === undefined ? undefined : { ...fields, ...(owner && { owner }), ...more });
		if ("environment" in fields)
			return NAMES.map((name, place) => {
				return { path, input: of({ environment: name }), needed, places: [place], how: "every" };
			});
		const place = PLACE[path];
		if (place !== undefined) return [{ path, input: of({}), needed, places: [place], how: "every" }];
		const how = needed.some((each) => INSTANCE_WIDE.has(each)) ? "every" : "some";
		return [{ path, input: of({}), needed, places: [0, 1, 2], how }];
	});
}

/** What a call is refused with; `null` when it is not. */
async function refused(app: TestApp, { path, input }: Cell, credential: Credential): Promise<string | null> {
	const headers = headersOf(credential);
	if (path === "chat.send") return refusal(chat(app.client(credential), input as never));
	if (procedures[path]._def.type === "subscription") {
		const stream = await openStream(app.url, path, { input, headers });
		const event = await stream.next();
		stream.close();
		return event?.event === "serialized-error" ? codeIn({ json: () => ({ error: event.data }) }) : null;
	}
	const isQuery = procedures[path]._def.type === "query";
	return codeIn(
		await (isQuery ? app.get(`/trpc/${path}`, input, headers) : app.post(`/trpc/${path}`, input ?? "", headers)),
	);
}

/** The cells that were decided otherwise than the tables say, by who holds what in the three places. */
async function walk(app: TestApp, credential: Credential, { held, isPerson }: { held: Held[]; isPerson: boolean }) {
	const wrong: unknown[] = [];
	for (const path of PATHS)
		for (const cell of cells(path, isPerson)) {
			const isHeld = cell.places[cell.how]((place) => cell.needed.every((each) => held[place]?.includes(each)));
			const code = await refused(app, cell, credential);
			if ((code === "NOT_ALLOWED") === isHeld) wrong.push([path, cell.input, { isHeld, code }]);
		}
	return wrong;
}

test.for(PEOPLE)(
	"FAULTS 32: every procedure by the session of %s narrowed to %j",
	async ([role, narrowed, ...held]) => {
		await using app = await testApp();
		const credential = { cookie: await app.claim() };
		await environments.create(app.vault, admin, { name: "staging" });
		const stored = narrowed && JSON.stringify(narrowed);
		app.vault.database.update(authTables.user).set({ role, narrowed: stored }).run();
		expect(await walk(app, credential, { held, isPerson: true })).toEqual([]);
	},
);

const SCOPES: ReadonlyArray<[permissions: Held, names: string[] | undefined, ...comesTo: Held[]]> = [
	...(Object.keys(PERMISSIONS) as Permission[]).map(
		(each) => [[each], undefined, [each], [each], [each]] as [Held, undefined, ...Held[]],
	),
	[ROLES.owner, ["default"], ROLES.owner, [], []],
	[ROLES.owner, ["staging"], [], ROLES.owner, []],
	[ROLES.editor, ["default", "staging"], ROLES.editor, ROLES.editor, []],
];

test.for(SCOPES)("FAULTS 32: every procedure by a token for %j in %j", async ([permissions, names, ...held]) => {
	await using app = await testApp();
	await environments.create(app.vault, admin, { name: "staging" });
	const credential = { token: await app.token(permissions, names) };
	expect(await walk(app, credential, { held, isPerson: false })).toEqual([]);
});

test("FAULTS 32: another's own value answers, byte for byte, as one that does not exist", async () => {
	await using app = await testApp();
	const headers = headersOf({ cookie: await app.claim() });
	const ann = addPerson(app.vault, "ann");
	const own = { environment: "default", owner: "personal" } as const;
	const of = (name: string) => ({ ...own, name });
	const asked = async (name: string) => [
		await app.get("/trpc/settings.history", of(name), headers),
		await app.get("/trpc/settings.explain", { environment: "default", name }, headers),
		await app.post("/trpc/settings.reveal", of(name), headers),
		await app.post("/trpc/settings.remove", of(name), headers),
		await app.post("/trpc/settings.restore", { ...of(name), version: 1 }, headers),
	];
	const told = (answers: Awaited<ReturnType<typeof asked>>) =>
		answers.map(({ status, headers, text }) => {
			const kept = [...headers].filter(([name]) => name !== "date");
			return { status, headers: kept, text: text.replaceAll("OF_ANN", "OF_NIL") };
		});
	const none = told(await asked("OF_NIL"));
	await settings.save(app.vault, ann, { ...own, writes: [{ name: "OF_ANN", value: "one" }] });
	expect(told(await asked("OF_ANN"))).toEqual(none);
	expect(none.map(({ status }) => status)).toContain(404);
	expect((await settings.reveal(app.vault, ann, { ...own, name: "OF_ANN" })).value).toBe("one");
});
