/**
 * A clock that runs ahead. better-auth counts tries for the whole process, so each app begins some minutes after the one
 * before it; and a test of what expires need not wait.
 */
import { vi } from "vitest";

const now = Date.now.bind(Date);
let ahead = 0;

/** Set the clock forward by so many milliseconds, from here on, for all that asks `Date.now()`. */
export function setForward(by: number): void {
	ahead += by;
	vi.spyOn(Date, "now").mockImplementation(() => now() + ahead);
}
