/**
 * Values written down for other programs. Each format says of each value whether it can hold it; one that it cannot hold
 * is named with the reason and never written in a form that would be read back as something else.
 */
import { AppError, type ExportFormat, NAME_PATTERN } from "@holdfast/contract";
import { planLine } from "./plan.ts";

/** A value's text in the format, or why it has none, as a clause: "it has more than one line". */
type Piece = { text: string } | { left: string };

interface Format {
	piece: (name: string, value: string) => Piece;
	/** The whole file. `title` names it where the format has a place for that. */
	whole: (pieces: readonly string[], title: string) => string;
	/** What the name of such a file ends in. */
	ending: string;
}

export interface Exported {
	text: string;
	ending: string;
	/** The settings that are not in it, each with why. */
	left: { name: string; reason: string }[];
}

/**
 * A line of Docker's env files is read by a scanner that takes no more bytes than this at once. Source: docker/cli,
 * pkg/kvfile/kvfile.go; Go, bufio.MaxScanTokenSize.
 */
const DOCKER_LINE_MAX = 64 * 1024 - 1;
/** A DNS-1123 subdomain. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_MAX = 253;

const lines = (pieces: readonly string[]) => pieces.map((piece) => `${piece}\n`).join("");

function dotenvPiece(name: string, value: string): Piece {
	if (value.includes("\r")) return { left: "it has a carriage return" };
	const plan = planLine(name, value);
	return "text" in plan ? plan : { left: `no quoting of it reads the same in ${plan.vaultOnly.join(", ")}` };
}

/** Source: https://docs.docker.com/reference/cli/docker/container/run/#env: a value is the rest of its line, as it is. */
function dockerPiece(name: string, value: string): Piece {
	if (/[\r\n]/.test(value)) return { left: "it has more than one line" };
	const text = `${name}=${value}`;
	return Buffer.byteLength(text) > DOCKER_LINE_MAX ? { left: "it is longer than Docker reads" } : { text };
}

/** Names and values in quotes: YAML takes `NO` for a boolean and `1234` for a number. */
const kubernetes: Format = {
	piece: (name, value) => ({ text: `  "${name}": "${Buffer.from(value).toString("base64")}"` }),
	whole: (pieces, title) => {
		const data = pieces.length === 0 ? "data: {}\n" : `data:\n${lines(pieces)}`;
		return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: "${title}"\ntype: Opaque\n${data}`;
	},
	ending: ".secret.yaml",
};

const FORMATS = {
	dotenv: { piece: dotenvPiece, whole: lines, ending: ".env" },
	/** Source: POSIX.1-2024, Shell Command Language, 2.2.2: between single quotes every character is itself. */
	sh: {
		piece: (name, value) => ({ text: `export ${name}='${value.replaceAll("'", "'\\''")}'` }),
		whole: lines,
		ending: ".sh",
	},
	json: {
		piece: (name, value) => ({ text: `  ${JSON.stringify(name)}: ${JSON.stringify(value)}` }),
		whole: (pieces) => (pieces.length === 0 ? "{}\n" : `{\n${pieces.join(",\n")}\n}\n`),
		ending: ".json",
	},
	docker: { piece: dockerPiece, whole: lines, ending: ".docker.env" },
	kubernetes,
} as const satisfies Record<ExportFormat, Format>;

/** Why no program can have a value in its environment; `null` when it can. */
function unfit(value: string): string | null {
	if (value.includes("\0")) return "it has a NUL character";
	return value.isWellFormed() ? null : "it has half of a surrogate pair";
}

/**
 * Values as text in a format, in their own order.
 *
 * @param options `title` is the name of a Kubernetes Secret; other formats have none.
 * @throws AppError `NAME_INVALID` for a name that is not a setting's; `INPUT_INVALID` for a title that Kubernetes refuses.
 */
export function exportValues(
	values: ReadonlyMap<string, string>,
	format: ExportFormat,
	{ title = "holdfast" }: { title?: string } = {},
): Exported {
	if (format === "kubernetes" && (title.length > SUBDOMAIN_MAX || !SUBDOMAIN.test(title))) {
		throw new AppError("INPUT_INVALID", { detail: "the name of a Secret is lower-case letters, digits, '-' and '.'" });
	}
	const { piece, whole, ending }: Format = FORMATS[format];
	const pieces: string[] = [];
	const left: Exported["left"] = [];
	for (const [name, value] of values) {
		if (!NAME_PATTERN.test(name)) throw new AppError("NAME_INVALID", { name: JSON.stringify(name.slice(0, 128)) });
		const problem = unfit(value);
		const found: Piece = problem === null ? piece(name, value) : { left: problem };
		if ("text" in found) pieces.push(found.text);
		else left.push({ name, reason: found.left });
	}
	return { text: whole(pieces, title), ending, left };
}
