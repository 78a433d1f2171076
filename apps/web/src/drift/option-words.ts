/** What each choice of how a file is kept comes to, in one line. The readers' lines are `envfile`'s table in words. */
import { READER_LABELS, type Reader } from "@holdfast/contract";
import type { MirrorOptions } from "@holdfast/contract/schemas";

interface Words {
	title: string;
	about: string;
}

export const FORMAT_WORDS: Record<MirrorOptions["format"], Words> = {
	plain: { title: "Plain", about: "Every program reads it. Whoever can read the file can read the values." },
	dotenvx: {
		title: "Encrypted for dotenvx",
		about: "Only dotenvx reads it. The private key is in .env.keys beside it; keep that out of your repository.",
	},
};

export const EDIT_WORDS: Record<MirrorOptions["onEdit"], Words> = {
	"take-in": {
		title: "Take them in",
		about:
			"A changed line is saved within two seconds, a removed one is removed. What looks like a mistake waits for a choice.",
	},
	ask: { title: "Ask", about: "Every changed or removed line is left alone until someone chooses a side here." },
};

export const READER_WORDS: Record<Reader, Words> = {
	node: word("node", "Rules out values that end in a backslash. Reads any kind of quote."),
	dotenv: word("dotenv", "Rules out the same values as Node, and reads the same quotes."),
	dotenvx: word("dotenvx", "Rules out backticks as quotes, and values with ${ or a doubled backslash."),
	python: word("python", "Rules out the same as dotenvx: it fills in variables even between single quotes."),
	compose: word("compose", "Rules out the same as dotenvx: it fills in $NAME and rewrites backslashes."),
	sh: word("sh", "Rules out backticks as quotes. Where it is the only reader, every value has a form."),
};

function word(reader: Reader, about: string): Words {
	return { title: READER_LABELS[reader], about };
}
