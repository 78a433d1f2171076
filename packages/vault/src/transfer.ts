/**
 * Settings by the file: a `.env` text looked at before it is saved, and what is saved written down for other programs.
 * Guards two rules: nothing of a text is saved but the names someone chose, at the versions they saw; and no value leaves
 * before the audit log names it.
 */
import { join } from "node:path";
import { AppError, mask, may } from "@holdfast/contract";
import {
	type ExportResult,
	type ExportSettings,
	IMPORT_MAX_LINES,
	type ImportFrom,
	type ImportPreview,
	type ImportRow,
	type ImportSettings,
	type PreviewImport,
	type SaveResult,
} from "@holdfast/contract/schemas";
import { exportValues, type Import, readImport, readImportFile } from "@holdfast/envfile";
import { authorize, type Caller, entry } from "./access.ts";
import { save } from "./save.ts";
import type { Snapshot } from "./snapshot.ts";
import { gather, type Places, secretByCatalogue } from "./sources.ts";
import type { Vault } from "./vault.ts";

/**
 * What an import would do, line by line and masked. Nothing is written.
 *
 * @throws AppError `ENVIRONMENT_NOT_FOUND`; `FILE_UNSAFE` for a file that cannot be read; `INPUT_INVALID` for a text with
 * too many assignments.
 */
export async function previewImport(vault: Vault, caller: Caller, input: PreviewImport): Promise<ImportPreview> {
	const { environment, owner, from } = input;
	await authorize(vault, caller, { action: "settings.previewImport", target: null, environment });
	const places = await gather(vault, caller, environment);
	const { lines, mark } = readLines(vault, places, from);
	const saved = owner === "shared" ? places.own : places.personal;
	const mayReveal = may(caller.access, "settings.reveal", environment);
	const blank = { shown: null, saved: null, version: 0 };
	const rows: ImportRow[] = [
		...lines.accepted.map((line) => compared(line, saved, mayReveal)),
		...lines.refused.map(({ line, name, because: reason }) => ({
			...blank,
			line,
			name,
			verdict: "refused" as const,
			reason,
		})),
		...lines.superseded.map(({ line, name, by }) => {
			const reason = `line ${by} sets it again`;
			return { ...blank, line, name, verdict: "superseded" as const, reason };
		}),
	];
	return { rows: rows.sort((a, b) => a.line - b.line), mark };
}

/**
 * Save the chosen assignments in one commit, as `settings.save` does, and answer as it does.
 *
 * From the environment's file this needs leave to reveal as well: whoever saves a value chooses, with the base URL, where
 * it may be sent, and the values in the file are others' to give.
 *
 * @throws AppError `IMPORT_REFUSED` for a name that the text does not offer; `IMPORT_CHANGED` when it is not the text of the
 * preview; and as `settings.save` does.
 */
export async function importSettings(vault: Vault, caller: Caller, input: ImportSettings): Promise<SaveResult> {
	const { environment, owner, from, names, mark } = input;
	const target = names
		.map(({ name }) => name)
		.join(", ")
		.slice(0, 500);
	const act = { action: "settings.import", target, environment } as const;
	await authorize(vault, caller, act);
	const isFile = "file" in from;
	if (isFile) await authorize(vault, caller, { ...act, permission: "settings.reveal" });
	const places = await gather(vault, caller, environment);
	const read = readLines(vault, places, from);
	const source = isFile ? ownFile(places) : "The text";
	if (mark !== undefined && mark !== read.mark) throw new AppError("IMPORT_CHANGED", { name: source });
	const offered = new Map(read.lines.accepted.map(({ name, value }) => [name, value]));
	const writes = names.map(({ name, expectedVersion }) => {
		const value = offered.get(name);
		if (value === undefined) throw new AppError("IMPORT_REFUSED", { name, detail: whyNot(read.lines, name) });
		// Nobody said that a line of the file is plain: only the catalogue knows.
		return { name, value, expectedVersion, ...(isFile && { secret: secretByCatalogue(name) }) };
	});
	const message = input.message ?? `Imported from ${isFile ? source : ".env text"}`;
	return save(vault, caller, { environment, owner, writes, message });
}

/**
 * What is saved for all in an environment, as the text of a file. Each setting in it has its own entry in the audit log,
 * which is on the disk before the text is given.
 *
 * @throws AppError `ENVIRONMENT_NOT_FOUND`; `INPUT_INVALID` for a title that Kubernetes refuses.
 */
export async function exportSettings(vault: Vault, caller: Caller, input: ExportSettings): Promise<ExportResult> {
	const { environment, format, inherited, title = `holdfast-${environment}` } = input;
	const act = { action: "settings.export", environment } as const;
	await authorize(vault, caller, { ...act, target: input.names?.join(", ").slice(0, 500) ?? null });
	const { own, base } = await gather(vault, caller, environment);
	const saved: Snapshot = new Map([...(inherited ? base : []), ...own]);
	const names = [...new Set(input.names ?? saved.keys())].sort();
	const values = new Map<string, string>();
	const unread: ExportResult["left"] = [];
	for (const name of names) {
		const found = saved.get(name);
		if (found && found.value !== null) values.set(name, found.value);
		else unread.push({ name, reason: found ? "its saved value does not open" : "it is not saved here" });
	}
	const { text, ending, left } = exportValues(values, format, { title });
	const withheld = new Set(left.map(({ name }) => name));
	const given = [...values.keys()].filter((name) => !withheld.has(name));
	const details = { format, settings: given.length };
	const recorded = (target: string | null) => entry(caller, { ...act, target, outcome: "done", details });
	await vault.storage.commit({ audit: given.length === 0 ? [recorded(null)] : given.map(recorded) });
	return { text, fileName: `${environment}${ending}`, left: [...unread, ...left] };
}

/** The assignments that are offered: of the environment's file only those of names that Holdfast does not manage. */
function readLines(vault: Vault, places: Places, from: ImportFrom): { lines: Import; mark: string } {
	const isFile = "file" in from;
	const text = isFile ? readImportFile(join(vault.options.projectDir, ownFile(places))) : from.text;
	const { accepted, refused, superseded } = readImport(text);
	const offered = ({ name }: { name: string | null }) => !isFile || name === null || !places.own.has(name);
	const lines = {
		accepted: accepted.filter(offered),
		refused: refused.filter(offered),
		superseded: superseded.filter(offered),
	};
	if (accepted.length + refused.length + superseded.length > IMPORT_MAX_LINES)
		throw new AppError("INPUT_INVALID", { detail: `it has more than ${IMPORT_MAX_LINES} assignments` });
	// Marks of files and of texts differ, or a text could be tried as a guess at a file. What Holdfast keeps in the file is
	// not in its mark, or a value saved there could be.
	const offer = JSON.stringify(lines.accepted.map(({ name, value }) => [name, value]));
	return { lines, mark: isFile ? vault.fingerprint("import.file", offer) : vault.fingerprint("import.text", text) };
}

/** The file that the environment itself is kept in. */
function ownFile({ files: [own] }: Places): string {
	return own?.path ?? "";
}

/** That a secret is the same is told only to who may read it: it would tell anyone else that a guess is right. */
function compared({ line, name, value }: Import["accepted"][number], saved: Snapshot, mayReveal: boolean): ImportRow {
	const before = saved.get(name);
	const old = before?.value ?? null;
	const isSame = old === value && (mayReveal || before?.secret === false);
	const verdict = before === undefined ? "new" : isSame ? "same" : "changed";
	const shown = (text: string) => (secretByCatalogue(name) || before?.secret ? mask(text) : text);
	return {
		line,
		name,
		verdict,
		reason: null,
		shown: shown(value),
		// What is saved shows itself as lists show it, whatever the line would become.
		saved: old !== null && before?.secret ? mask(old) : old,
		version: before?.version ?? 0,
	};
}

function whyNot({ refused }: Import, name: string): string {
	const found = refused.find((line) => line.name === name);
	return found ? `line ${found.line}, ${found.because}` : "it is not among what is offered";
}
