/** How the parts of a commit say that its ground has moved: they throw, and the transaction is undone. */
import Database from "better-sqlite3";

/** Ends a transaction with nothing written: what the change was made on has changed. */
export class Conflict extends Error {
	readonly about: string;

	constructor(about: string) {
		super();
		this.about = about;
	}
}

/** Write, or end in a conflict when the place is taken. */
export function unlessTaken(about: string, write: () => unknown): void {
	try {
		write();
	} catch (error) {
		const taken = /^SQLITE_CONSTRAINT_(PRIMARYKEY|UNIQUE)$/;
		if (error instanceof Database.SqliteError && taken.test(error.code)) throw new Conflict(about);
		throw error;
	}
}
