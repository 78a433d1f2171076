/**
 * Scripts of commands with what each must say, after the model of Go's testscript: one command a line, `#` begins a comment,
 * `'…'` keeps words together, `$NAME` stands for a variable of the script, and files follow in txtar form
 * (https://pkg.go.dev/golang.org/x/tools/txtar).
 */

export interface Line {
	/** The line's number in the file, from 1. */
	number: number;
	text: string;
	/** Whether a `!` before it asks for the opposite. */
	negated: boolean;
	words: readonly Word[];
}

interface Word {
	text: string;
	/** Written in quotes: nothing in it stands for anything else. */
	quoted: boolean;
}

export interface Script {
	/** What the comment on the first line says. */
	title: string;
	lines: readonly Line[];
	files: ReadonlyMap<string, string>;
}

export function parseScript(source: string): Script {
	const [commands = "", ...rest] = source.split(/^-- (.+) --\n/m);
	const files = new Map<string, string>();
	for (let i = 0; i < rest.length; i += 2) files.set(rest[i] ?? "", rest[i + 1] ?? "");
	const lines = commands.split("\n").flatMap((text, i) => parseLine(text.trim(), i + 1));
	return { title: commands.split("\n", 1)[0]?.replace(/^# */, "") ?? "", lines, files };
}

function parseLine(text: string, number: number): Line[] {
	if (text === "" || text.startsWith("#")) return [];
	const words = [...text.matchAll(/'([^']*)'|(\S+)/g)].map(
		([, inner, bare]): Word =>
			inner === undefined ? { text: bare ?? "", quoted: false } : { text: inner, quoted: true },
	);
	const negated = words[0]?.text === "!";
	return [{ number, text, negated, words: negated ? words.slice(1) : words }];
}
