/** A well-formed input for each procedure that takes one, so that a test can walk all of them and break one thing at a time. */
import type { ProcedurePath } from "@holdfast/contract";
import { appRouter } from "../src/router.ts";

/** Of a procedure as tRPC keeps it, what the tests look at. */
interface Registered {
	_def: { type: "query" | "mutation" | "subscription"; inputs: unknown[] };
}

export const procedures = appRouter._def.procedures as unknown as Record<ProcedurePath, Registered>;

const paths = Object.keys(procedures) as ProcedurePath[];
export const mutations = paths.filter((path) => procedures[path]._def.type === "mutation");
export const subscriptions = paths.filter((path) => procedures[path]._def.type === "subscription");
export const queries = paths.filter((path) => procedures[path]._def.type === "query");

const environment = "default";
const owner = "shared";
const worker = { id: "00000000-0000-4000-8000-000000000001", host: "sample", pid: 1, program: "sample.js" };

export const SAMPLES: Record<ProcedurePath, unknown> = {
	health: undefined,
	"session.me": undefined,
	"session.openLink": { kind: "invitation", code: "of no link" },
	"session.list": undefined,
	"session.passkeys": undefined,
	"session.revoke": { id: "sample" },
	"session.revokeOthers": undefined,
	"session.disconnect": undefined,
	"settings.list": { environment },
	"settings.history": { environment, owner, name: "SAMPLE" },
	"settings.explain": { environment, name: "SAMPLE" },
	"settings.save": { environment, owner, writes: [{ name: "SAMPLE", value: "one", secret: false }], message: "why" },
	"settings.remove": { environment, owner, name: "SAMPLE", message: "why" },
	"settings.restore": { environment, owner, name: "SAMPLE", version: 1, message: "why" },
	"settings.reveal": { environment, owner, name: "SAMPLE" },
	"settings.hydrate": { environment, worker, held: 0 },
	"settings.watch": { environment, after: 0 },
	"settings.previewImport": { environment, owner, from: { text: "SAMPLE=one" } },
	"settings.import": {
		environment,
		owner,
		from: { text: "SAMPLE=one" },
		names: [{ name: "SAMPLE", expectedVersion: 0 }],
		message: "why",
	},
	"settings.export": { environment, format: "dotenv", names: ["SAMPLE"], inherited: false, title: "sample" },
	"environments.list": undefined,
	"environments.create": { name: "staging" },
	"environments.rename": { name: "nowhere", to: "elsewhere" },
	"environments.remove": { name: "nowhere" },
	"workers.list": { environment, name: "SAMPLE" },
	"workers.report": { ...worker, environment, revision: 1, inherited: ["SAMPLE"] },
	"workers.remove": { id: worker.id },
	"mirrors.status": undefined,
	"mirrors.diff": { environment },
	"mirrors.sync": { environment },
	"mirrors.resolve": {
		environment,
		choices: [{ name: "SAMPLE", take: "saved", saved: "mark", file: null }],
		message: "why",
	},
	"mirrors.configure": { environment, onEdit: "ask", file: null, readers: ["node"] },
	"providers.list": { environment },
	"providers.test": { environment, provider: "google", draft: [{ name: "GOOGLE_MODEL", value: "some" }] },
	"providers.models": { environment, provider: "google" },
	"chat.send": { environment, provider: "google", model: "some", messages: [{ role: "user", content: "hello" }] },
	"audit.list": { limit: 5 },
	"backups.list": undefined,
	"backups.create": undefined,
	"backups.drill": { id: "0123456789abcdef" },
	"tokens.create": { label: "sample", permissions: ["settings.see"], environments: [environment], days: 1 },
	"tokens.list": undefined,
	"tokens.rotate": { id: "0123456789abcdef", overlap: 5 },
	"tokens.revoke": { id: "0123456789abcdef" },
	"system.status": undefined,
	"system.doctor": undefined,
	"people.list": undefined,
	"people.update": { id: "nobody", role: "viewer", narrowed: { [environment]: "none" } },
	"people.remove": { id: "nobody" },
	"people.invite": { email: "sample@people.example", role: "viewer", narrowed: { [environment]: "none" } },
	"people.links": undefined,
	"people.resetLink": { id: "sample" },
	"people.resetTwoFactor": { id: "sample" },
	"people.signOut": { id: "sample" },
	"people.leave": undefined,
	"people.revokeLink": { id: "0123456789abcdef" },
	"keys.kit": undefined,
	"keys.confirmKit": { fingerprint: "0000-0000-0000-0000" },
	"keys.rotate": { what: "data" },
	"keys.resume": undefined,
	"system.configure": { historyVersions: 10, historyDays: null, backupHours: 24, backupsKept: 14 },
};

/** The error of a procedure's answer, as a client sees it. */
export interface WireError {
	message: string;
	code: number;
	data: { code: string; httpStatus: number; path?: string; app: { code: string; name: string | null } };
}

/** The error in an answer of one call; `null` when it is none. */
export function errorIn({ json }: { json(): unknown }): WireError | null {
	return (json() as { error?: WireError }).error ?? null;
}

/** The error's code in an answer of the procedures or of the edge. */
export function codeIn(answer: { json(): unknown }): string | null {
	const refused = (answer.json() as { code?: string }).code;
	return errorIn(answer)?.data.app.code ?? refused ?? null;
}
