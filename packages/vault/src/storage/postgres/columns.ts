/**
 * The columns of the PostgreSQL tables. Each holds what the SQLite column of its name holds, bit for bit, so that rows are
 * copied between the two as they are and compared by a digest. Text sorts by its bytes ("C"), as in SQLite: pages come in the
 * same order, and no index depends on the collations of an operating system.
 */
import { bigint, customType } from "drizzle-orm/pg-core";

/** PostgreSQL's text has no NUL. */
export const text = customType<{ data: string; driverData: string }>({
	dataType: () => `text collate "C"`,
	toDriver: (value) => value.replaceAll("\0", "\uFFFD"),
});

export function json<T>() {
	return customType<{ data: T; driverData: string }>({
		dataType: () => `text collate "C"`,
		toDriver: (value) => JSON.stringify(value),
		fromDriver: (value) => JSON.parse(value),
	})();
}

export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** 0 or 1. */
export const flag = customType<{ data: boolean; driverData: number }>({
	dataType: () => "smallint",
	toDriver: Number,
	fromDriver: (value) => value === 1,
});

/** Milliseconds since 1970. */
export const date = customType<{ data: Date; driverData: string | number }>({
	dataType: () => "bigint",
	toDriver: (value) => value.getTime(),
	fromDriver: (value) => new Date(Number(value)),
});

export const long = () => bigint({ mode: "number" });
