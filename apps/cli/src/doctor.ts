/** `holdfast doctor`: everything that can be checked, with what to do about what is not well. */
import type { Finding } from "@holdfast/contract/schemas";
import { withClient } from "./connect.ts";

const WORDS: Record<Finding["level"], string> = { ok: "ok", warning: "WARNING", problem: "PROBLEM" };

/** Exits with 1 when there is a problem. */
export async function doctor({ json }: { json?: true }): Promise<void> {
	const report = await withClient((client) => client.system.doctor.mutate());
	const problems = report.findings.filter(({ level }) => level === "problem").length;
	if (problems > 0) process.exitCode = 1;
	process.stdout.write(
		json ? `${JSON.stringify(report, null, "\t")}\n` : `${report.findings.map(paragraph).join("\n")}\n`,
	);
}

function paragraph({ level, title, detail, fix }: Finding): string {
	const mark = WORDS[level].padEnd(8);
	return [`${mark} ${title}. ${detail}`, ...(fix === null ? [] : [`${" ".repeat(9)}${fix}`])].join("\n");
}
