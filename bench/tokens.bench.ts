/**
 * Checking a service token, in batches of 1,000. Against it, the bare limit of any check of a stored credential: one SHA-256 of
 * it and one prepared SELECT of its row, on the same file.
 */
import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openVault, tokens } from "@holdfast/vault";
import { admin, onSqlite, optionsIn } from "@holdfast/vault/test";
import { heading, line, ratio, timesOf } from "./measure.ts";

const BATCH = 1_000;
const TOKENS = 50;

heading(`A check of a service token, of ${TOKENS}`);
const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
try {
	await using vault = await openVault(optionsIn(folder));
	const made: { id: string; token: string }[] = [];
	for (let n = 0; n < TOKENS; n++)
		made.push(
			await tokens.create(vault, admin, { label: `token ${n}`, permissions: ["settings.see", "settings.reveal"] }),
		);
	const select = onSqlite(vault).database.$client.prepare("SELECT * FROM token WHERE id = ?");
	const each = async (act: (one: { id: string; token: string }) => unknown) => {
		for (let n = 0; n < BATCH; n++) {
			const one = made[n % TOKENS];
			if (one) await act(one);
		}
	};
	const times = await timesOf(
		{
			check: () => each(({ token }) => tokens.verify(vault, token, "127.0.0.1")),
			bare: () =>
				each(({ id, token }) => {
					hash("sha256", token, "buffer");
					return select.get(id);
				}),
		},
		{ turns: 60, warmUp: 10 },
	);
	// A batch of a thousand, in milliseconds, is one in microseconds.
	line("a check, a thousand of them", times.check.middle);
	line("bare SHA-256 + SELECT, a thousand of them", times.bare.middle);
	ratio("check / bare", times.check.middle / times.bare.middle, 1.5);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
