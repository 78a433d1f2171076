/** Which file hand-written lines are read from, when an environment's file was moved, turned off or encrypted. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { environments, mirrors } from "@holdfast/vault";
import { admin } from "@holdfast/vault/test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Project, testProject } from "./project.ts";

type Chosen = Omit<Parameters<typeof mirrors.configure>[2], "environment">;

let warnings: string[];

beforeEach(() => {
	warnings = [];
	vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(String(warning)));
});

afterEach(() => {
	vi.restoreAllMocks();
});

const configure = (project: Project, environment: string, chosen: Chosen) =>
	mirrors.configure(project.vault, admin, { environment, ...chosen });

const placesOf = ({ origins }: ReturnType<Project["hydrate"]>) =>
	Object.fromEntries(Array.from(origins, ([name, { place }]) => [name, place]));

test("a file that was moved is read at its place, and what is left at the usual one is not", async () => {
	await using project = await testProject();
	project.write(".env", "BASE=hand\n");
	await project.save({ SAVED: "saved" });
	await environments.create(project.vault, admin, { name: "production" });
	await configure(project, "default", { file: "base.env" });
	await configure(project, "production", { file: ".env.live" });
	project.write(".env", "LEFT=behind\nHOLDFAST_PRECEDENCE=process\n");
	project.write(".env.production", "LEFT=behind\n");
	project.write(".env.live", "LIVE=hand\nBASE=live\n");

	const production = project.hydrate({ SAVED: "process" }, "production");

	expect(production.env).toEqual({ SAVED: "process", LIVE: "hand", BASE: "live" });
	expect(placesOf(production)).toEqual({ SAVED: null, LIVE: ".env.live", BASE: ".env.live" });
	expect(project.hydrate().env).toEqual({ SAVED: "saved", BASE: "hand" });
	expect(placesOf(project.hydrate())).toEqual({ SAVED: "default", BASE: "base.env" });
});

test("an environment that took over .env is read there, as that environment", async () => {
	await using project = await testProject();
	await environments.create(project.vault, admin, { name: "production" });
	await configure(project, "default", { file: "base.env" });
	await configure(project, "production", { file: ".env" });
	project.write(".env", "A=hand\n");

	expect(placesOf(project.hydrate({}, "production"))).toEqual({ A: ".env" });
	expect(project.hydrate().env).toEqual({});
});

test("a file that is turned off is the user's own: its lines are values, at the place where it was kept", async () => {
	await using project = await testProject();
	await configure(project, "default", { file: "app.env" });
	await configure(project, "default", { enabled: false });
	await project.save({ SAVED: "saved" });
	project.write("app.env", "SAVED=hand\nHAND=hand\n");

	expect(project.hydrate().env).toEqual({ SAVED: "saved", HAND: "hand" });
	expect(placesOf(project.hydrate())).toEqual({ SAVED: "default", HAND: "app.env" });
});

test("an encrypted line is never a value; a plain one beside it is", async () => {
	await using project = await testProject();
	await configure(project, "default", { format: "dotenvx" });
	await project.save({ SAVED: "saved" });
	const sealed = readFileSync(join(project.path, ".env"), "utf8");
	expect(sealed).toContain("encrypted:");
	project.write(".env", `${sealed}PLAIN=hand\nALONE="encrypted:c2VhbGVk"\nINHERITED="encrypted:c2VhbGVk"\n`);

	const { env, skipped } = project.hydrate({ INHERITED: "process" });

	expect(env).toMatchObject({ SAVED: "saved", PLAIN: "hand", INHERITED: "process" });
	expect(JSON.stringify(env)).not.toContain("encrypted:");
	expect([...skipped]).toEqual([["ALONE", "its value in .env is encrypted"]]);
	expect(warnings).toEqual(["ALONE was not hydrated: its value in .env is encrypted."]);
});

test("a database from before files could be moved has them where they usually are", async () => {
	await using project = await testProject();
	await project.save({ SAVED: "saved" });
	await project.stop();
	project.write(".env", "HAND=hand\n");
	using database = new DatabaseSync(join(project.path, ".holdfast", "holdfast.db"));
	database.exec("ALTER TABLE environment DROP COLUMN mirror");

	expect(project.hydrate().env).toEqual({ SAVED: "saved", HAND: "hand" });
});
