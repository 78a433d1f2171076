/** What a rotation asks of a person, and what is refused to one. */
import { newRootKey, rootKeyText } from "@holdfast/crypto";
import { expect, test } from "vitest";
import { admin, testVault } from "../test/harness.ts";
import { keys, openVault } from "./index.ts";

test("moves from a variable to a passphrase, once the variable, which comes first, is unset", async () => {
	const rootKey = { text: rootKeyText(newRootKey()), file: "unused" };
	await using v = await testVault({ serves: false, rootKey });
	const passphrase = "from now on a passphrase";
	expect(await keys.rotate(v.vault, admin, { what: "root", passphrase })).toMatchObject({
		wanted: "Unset HOLDFAST_ROOT_KEY, set HOLDFAST_ROOT_KEY_PASSPHRASE to the new passphrase, and restart.",
	});
	await using both = await openVault({ ...v.vault.options, rootKey: { ...rootKey, passphrase } });
	expect(await keys.resume(both, admin), "set beside it, it is not looked at").toMatchObject({ stage: "waiting" });
	await using next = await openVault({ ...v.vault.options, rootKey: { ...rootKey, text: null, passphrase } });
	expect(await keys.resume(next, admin)).toMatchObject({ stage: "done" });
});

test("one kind of rotation is not begun while the other is under way", async () => {
	await using v = await testVault({ serves: false, rootKey: { text: rootKeyText(newRootKey()), file: "unused" } });
	await keys.rotate(v.vault, admin, { what: "root" });
	await expect(keys.rotate(v.vault, admin, { what: "data" })).rejects.toMatchObject({
		code: "ROTATION_UNDER_WAY",
		fields: { name: "root" },
	});
	const passphrase = "not what the new key is of";
	await expect(keys.rotate(v.vault, admin, { what: "root", passphrase })).rejects.toMatchObject({
		code: "ROTATION_UNDER_WAY",
	});
	expect(await keys.rotate(v.vault, admin, { what: "root" }), "the same kind goes on").toMatchObject({
		stage: "waiting",
	});
});
