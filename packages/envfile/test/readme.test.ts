/** What the documents say: every example prints what its comments say, and every export is told of. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as encrypted from "../src/encrypted.ts";
import * as main from "../src/index.ts";

const PACKAGE = join(import.meta.dirname, "..");
const DOCUMENTS = { "README.md": main, "ENCRYPTED.md": encrypted };

function textOf(document: string): string {
	return readFileSync(join(PACKAGE, document), "utf8");
}

/** The comments of an example that say what is printed: those after a `console.log`, and whole lines. */
function promised(code: string): string {
	const lines = [...code.matchAll(/^(?:.*console\.log.*;)? ?\/\/ (.*)$/gm)];
	return lines.map(([, said]) => `${said}\n`).join("");
}

const EXAMPLES = Object.keys(DOCUMENTS).flatMap((document) =>
	[...textOf(document).matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""], at) => ({ document, at: at + 1, code })),
);

test.each(EXAMPLES)("example $at of $document prints what its comments say", ({ code }) => {
	// Inside the package, so that its name resolves.
	const folder = mkdtempSync(join(PACKAGE, ".example-"));
	try {
		writeFileSync(join(folder, "example.ts"), code);
		const { stdout, stderr } = spawnSync(process.execPath, ["example.ts"], { cwd: folder, encoding: "utf8" });
		expect({ stdout, stderr }).toEqual({ stdout: promised(code), stderr: "" });
		expect(stdout).not.toBe("");
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

test.each(Object.entries(DOCUMENTS))("%s tells of every export", (document, exports) => {
	const text = textOf(document);
	expect(Object.keys(exports).filter((name) => !text.includes(`\`${name}`))).toEqual([]);
});
