import { Conflict } from "../conflict.ts";
import { isTaken } from "./connect.ts";

/** Write, or end in a conflict when the place is taken. */
export async function unlessTaken<T>(about: string, write: PromiseLike<T>): Promise<T> {
	try {
		return await write;
	} catch (error) {
		throw isTaken(error) ? new Conflict(about) : error;
	}
}
