/** What is left of erased bytes in the database's files once the erasing is committed. */
import { AppError } from "@holdfast/contract";
import type { Vault } from "./vault.ts";

/** Leave nothing of it; or, because what was committed stands whatever comes of this, say that something may be left. */
export async function eraseTraces(
	{ storage, options }: Pick<Vault, "storage" | "options">,
	how: { whole: boolean },
): Promise<void> {
	try {
		if (await storage.eraseTraces(how)) return;
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
	}
	options.warn(
		"The database was in use, so that old pages with what was removed may be in its files until all processes that use it have ended.",
	);
}
