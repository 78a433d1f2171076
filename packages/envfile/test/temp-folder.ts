/** A folder for one test, removed with everything in it when the test ends. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function tempFolder(): Disposable & { path: string } {
	const path = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-envfile-")));
	return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
