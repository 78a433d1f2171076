/** The programs that may read a `.env` file. An environment's mirror declares which do; `envfile` knows how each one reads. */
export const READER_LABELS = {
	node: "Node's --env-file",
	dotenv: "dotenv",
	dotenvx: "dotenvx",
	python: "python-dotenv",
	compose: "Docker Compose",
	sh: "a POSIX shell",
} as const;

export type Reader = keyof typeof READER_LABELS;

export const READERS = Object.keys(READER_LABELS) as [Reader, ...Reader[]];
