/**
 * For which place each envelope in the database is sealed, told from its row. What opens or re-seals everything goes by this,
 * so that it opens with exactly what the envelope was made with.
 */
import { dataKeyContext, type KeyOwner, rootKeyContext, type SealContext } from "@holdfast/crypto";
import { valueContext } from "./live.ts";
import { snapshotContext } from "./snapshot.ts";
import type { PlaceName, SealedRow } from "./storage/sealed.ts";

export function contextOf(instance: string, place: PlaceName, { columns }: SealedRow): SealContext {
	const text = (column: string) => String(columns[column]);
	const number = (column: string) => Number(columns[column]);
	switch (place) {
		case "rootKey":
			return rootKeyContext(instance, text("id"));
		case "dataKey":
			return dataKeyContext(instance, text("owner") as KeyOwner, text("id"));
		case "value":
			return valueContext(instance, {
				environment: text("environment"),
				owner: text("owner"),
				name: text("name"),
				version: number("version"),
			});
		case "snapshot":
			return snapshotContext(instance, text("id"), number("edition"));
	}
}
