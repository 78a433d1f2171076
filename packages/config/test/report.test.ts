/** Which processes hold what, as they say it themselves: real processes beside a real vault. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { type Project, testProject } from "./project.ts";

const STAYS = `process.stdin.on("end", () => process.exit()).resume();\n`;
const REGISTERS = `import "@holdfast/config/register";\n${STAYS}`;
const WATCHES = `import { hydrate } from "@holdfast/config";\nhydrate({ watch: true });\n${STAYS}`;

function start(project: Project, text: string, env: Record<string, string> = {}) {
	project.write("server.mjs", text);
	return spawn(process.execPath, ["server.mjs", "--key=secret"], {
		cwd: project.path,
		env,
		stdio: ["pipe", "ignore", "inherit"],
	});
}

async function applications({ vault }: Project) {
	return (await vault.storage.workers()).filter(({ kind }) => kind === "application");
}

const patient = { timeout: 20_000, interval: 50 };

test("a process that hydrates once says what it holds, and is gone when it ends", async () => {
	await using project = await testProject();
	await project.save({ A: "one" });
	const revision = await project.vault.storage.revision();
	const child = start(project, REGISTERS, { OWN: "own" });
	await vi.waitFor(async () => expect(await applications(project)).toHaveLength(1), patient);
	await project.save({ A: "two" });

	const [row] = await applications(project);
	expect(row).toMatchObject({ pid: child.pid, program: "server.mjs", revision, inherited: [], remote: false });
	expect(row?.environment).toBe(project.vault.live.find("default")?.id);

	child.stdin.end();
	await once(child, "exit");
	expect(await applications(project)).toEqual([]);
});

test("a process that watches says each revision that it takes in, and which names it has from elsewhere", async () => {
	await using project = await testProject();
	project.write(".env", "HAND=written\n");
	await project.save({ A: "one" });
	const child = start(project, WATCHES, { A: "own", HOLDFAST_PRECEDENCE: "process" });
	await vi.waitFor(async () => expect(await applications(project)).toHaveLength(1), patient);
	await project.save({ B: "two" });
	const revision = await project.vault.storage.revision();

	await vi.waitFor(async () => expect((await applications(project))[0]?.revision).toBe(revision), patient);

	const [row] = await applications(project);
	expect(row?.inherited.sort()).toEqual(["A", "HAND"]);
	child.stdin.end();
	await once(child, "exit");
	expect(await applications(project)).toEqual([]);
});

test("what a process said at its start does not come after what it said of a newer revision", async () => {
	await using project = await testProject();
	await project.save({ A: "one" });
	const child = start(project, `import "@holdfast/config/register";\n${WATCHES}`);
	await vi.waitFor(async () => expect(await applications(project)).toHaveLength(1), patient);
	await project.save({ A: "two" });
	const revision = await project.vault.storage.revision();
	await vi.waitFor(async () => expect((await applications(project))[0]?.revision).toBe(revision), patient);

	await new Promise((resolve) => setTimeout(resolve, 600));

	expect(await applications(project)).toMatchObject([{ revision }]);
	child.stdin.end();
	await once(child, "exit");
});

test("a database from before processes said anything is left as it is, in silence", async () => {
	await using project = await testProject();
	await project.save({ A: "one" });
	await project.stop();
	const database = new DatabaseSync(join(project.path, ".holdfast", "holdfast.db"));
	database.exec("ALTER TABLE worker DROP COLUMN program");
	database.close();
	const program = `import "@holdfast/config/register";\nsetTimeout(() => process.stdout.write("{}"), 500);\n`;
	project.write("app.mjs", program);

	expect(project.boot()).toMatchObject({ code: 0, stderr: "" });
});
