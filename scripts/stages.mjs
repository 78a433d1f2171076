/** Runs stages one after the other, a line each, and closes with the counts. A failing stage shows all that it printed. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./workspace.mjs";

/** @typedef {{ name: string, act: () => Promise<{ ok: boolean, output: string, passed?: number, failed?: number, skipped?: number, leftOut?: string[] }> }} Stage */

/** @param {Stage[]} stages */
export async function runStages(stages) {
	const total = { passed: 0, failed: 0, skipped: 0 };
	for (const [i, { name, act }] of stages.entries()) {
		const start = performance.now();
		process.stdout.write(`[${i + 1}/${stages.length}] ${name} … `);
		const { ok, output, passed = ok ? 1 : 0, failed = ok ? 0 : 1, skipped = 0, leftOut = [] } = await act();
		const counts = passed + failed > 1 ? `, ${passed} passed${skipped ? `, ${skipped} skipped` : ""}` : "";
		process.stdout.write(`${ok ? "ok" : "FAILED"} (${((performance.now() - start) / 1000).toFixed(1)} s${counts})\n`);
		for (const title of leftOut) process.stdout.write(`  not run: ${title}\n`);
		if (!ok) process.stdout.write(`${output}\n`);
		total.passed += passed;
		total.failed += failed;
		total.skipped += skipped;
	}
	process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
	process.exitCode = total.failed === 0 ? 0 : 1;
}

/** A stage that is one command. */
export function command(name, program, ...args) {
	return {
		name,
		act: async () => {
			const { code, output } = await run(program, args, { quiet: true });
			return { ok: code === 0, output };
		},
	};
}

/** A stage that is one of the projects in vitest.config.ts. */
export function tests(name, project) {
	return {
		name,
		act: async () => {
			const folder = mkdtempSync(join(tmpdir(), "holdfast-tests-"));
			const report = join(folder, "report.json");
			const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
			try {
				const { code, output } = await run("vitest", ["run", "--project", project, ...reporters], { quiet: true });
				if (!existsSync(report)) return { ok: false, output };
				const {
					numPassedTests: passed,
					numFailedTests,
					numPendingTests: skipped,
					testResults,
				} = JSON.parse(readFileSync(report, "utf8"));
				const failed = Math.max(numFailedTests, code === 0 && passed > 0 ? 0 : 1);
				const leftOut = testResults
					.flatMap(({ assertionResults }) => assertionResults)
					.filter(({ status }) => status === "skipped" || status === "pending")
					.map(({ title }) => title);
				return { ok: failed === 0, output, passed, failed, skipped, leftOut };
			} finally {
				rmSync(folder, { recursive: true, force: true });
			}
		},
	};
}
