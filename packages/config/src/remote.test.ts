import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { WorkerIdentity } from "@holdfast/contract/schemas";
import { testFolder } from "@holdfast/vault/test";
import { afterEach, expect, test, vi } from "vitest";
import { identity, programOf } from "./remote.ts";

afterEach(() => vi.restoreAllMocks());

const TOLD = "console.log(JSON.stringify([process.argv, process.execArgv, process.execPath]))";

/** What a real Node says of how it was started. */
function started(args: string[], cwd: string) {
	const { stdout } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", input: TOLD });
	const [argv, execArgv, execPath] = JSON.parse(stdout.split("\n")[0] ?? "");
	return programOf({ argv, execArgv, execPath });
}

test("FAULTS 24: a program is told of by its script, never by an argument", () => {
	using folder = testFolder();
	writeFileSync(join(folder.path, "app.cjs"), TOLD);
	for (const args of [
		["app.cjs", "sk-secret"],
		["app", "/sk-secret"],
		["--no-warnings", "app.cjs"],
	]) {
		if (args[0] === "app") writeFileSync(join(folder.path, "app"), TOLD);
		expect(started(args, folder.path)).toMatch(/^app/);
	}
	for (const secret of ["sk-secret", "/sk-secret"]) {
		for (const how of [["-e", TOLD], [`--eval=${TOLD}`], ["-pe", TOLD], ["--print", TOLD], ["-"]])
			expect(started([...how, secret], folder.path), how[0]).toMatch(/^node/);
	}
});

test("a program of any name is told of as the server takes it", () => {
	const names = ["a\u0007b.js", "soft\u00adhyphen.js", `${"x".repeat(99)}\u{1f511}.js`, "private\ue000.js"];
	for (const [i, name] of names.entries()) {
		vi.spyOn(process, "argv", "get").mockReturnValue([process.execPath, `/srv/${name}`]);
		expect(WorkerIdentity.safeParse(identity(`environment-${i}`)).error, name).toBeUndefined();
	}
});
