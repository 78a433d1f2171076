/** Values planted to be found where they must not be: in plain, in part, and in each common encoding. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestApp } from "./app.ts";

/** So many characters of a value in a row count as a leak of it. A mask shows four. */
const PART = 8;

/** A canary of its own for each label: no words, and characters that URLs, JSON and base64 write differently. */
export function canary(label: string): string {
	return `cN+${createHash("sha256").update(label).digest("base64url").slice(0, 24)}/=&~zQ`;
}

/** What a leak of the text would look like. */
export function traces(text: string): string[] {
	const bytes = Buffer.from(text);
	const parts = Array.from({ length: text.length - PART + 1 }, (_, i) => text.slice(i, i + PART));
	// A text's base64 depends on where in a group of three bytes it begins; its edges depend on its neighbours.
	const shifted = [0, 1, 2].map((shift) => {
		const code = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
		return code.slice(shift === 0 ? 0 : 4, -4);
	});
	const url = shifted.map((code) => code.replaceAll("+", "-").replaceAll("/", "_"));
	const json = JSON.stringify(text).slice(1, -1);
	return [...parts, json, ...shifted, ...url, encodeURIComponent(text), bytes.toString("hex")];
}

/** Every file below a folder, by path. */
function filesBelow(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true, recursive: true })
		.filter((file) => file.isFile())
		.map((file) => join(file.parentPath, file.name));
}

/** Where a canary can be found in what the app said and stored; `except` are the paths and answers that may have it. */
export function found(app: TestApp, text: string, except: (place: string) => boolean): string[] {
	const said = app.answers.map(({ url, headers, text: body }, i): [string, string] => [
		`answer ${i} to ${url}`,
		`${url}\n${[...headers].join("\n")}\n${body}`,
	]);
	const stored = filesBelow(app.folder).map((path): [string, string] => [path, readFileSync(path, "latin1")]);
	const places: [string, string][] = [["log", app.logs.join("\n")], ...said, ...stored];
	const signs = traces(text).map((sign) => sign.toLowerCase());
	return places
		.filter(([place, content]) => !except(place) && signs.some((sign) => content.toLowerCase().includes(sign)))
		.map(([place]) => place);
}
