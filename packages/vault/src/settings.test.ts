/** What reading settings shows, and what it does not. */
import { expect, test } from "vitest";
import { admin, onSqlite, optionsIn, person, testFolder, testVault } from "../test/harness.ts";
import { openVault, settings } from "./index.ts";

const shared = { environment: "default", owner: "shared" } as const;

test("FAULTS 24: a value that was saved plain and then as a secret is masked in every version", async () => {
	await using t = await testVault();
	const save = (value: string, secret: boolean) =>
		settings.save(t.vault, admin, { ...shared, writes: [{ name: "ODD", value, secret }] });
	await save("first-and-plain-value", false);
	await save("canary-of-a-late-secret", false);
	await save("canary-of-a-late-secret", true);
	const versions = await settings.history(t.vault, person("vic", "viewer"), { ...shared, name: "ODD" });
	expect(versions.map(({ secret, shown }) => [secret, shown])).toEqual([
		[true, "••••cret"],
		[false, "••••cret"],
		[false, "••••alue"],
	]);
});

test("FAULTS 24: a personal setting opens no view of the server's own variable of that name", async () => {
	await using t = await testVault({ processEnv: new Map([["SERVERS_OWN", "canary-of-the-server"]]) });
	const eve = person("eve", "admin");
	await settings.save(t.vault, eve, { ...shared, owner: "personal", writes: [{ name: "SERVERS_OWN", value: "mine" }] });
	const refused = settings.reveal(t.vault, eve, { ...shared, name: "SERVERS_OWN" });
	await expect(refused).rejects.toMatchObject({ code: "SETTING_NOT_FOUND" });
	const { chain } = await settings.explain(t.vault, eve, { environment: "default", name: "SERVERS_OWN" });
	expect(chain.map(({ source }) => source)).toEqual(["personal"]);
});

test("FAULTS 20: a value that does not open is named apart, and thrown only for who needs it", async () => {
	using folder = testFolder();
	{
		await using vault = await openVault(optionsIn(folder.path));
		const writes = ["WHOLE", "BROKEN"].map((name) => ({ name, value: `value of ${name}` }));
		await settings.save(vault, admin, { ...shared, writes });
		onSqlite(vault).database.$client.exec(
			"UPDATE version SET sealed = x'00' WHERE name = 'BROKEN'; UPDATE environment SET snapshot = x'00'",
		);
	}
	await using vault = await openVault(optionsIn(folder.path, { warn: () => undefined }));
	const wanted = (...names: string[]) => ({ environment: "default", names });
	const { values, damaged } = await settings.resolveEach(vault, admin, wanted("WHOLE", "BROKEN", "MISSING"));
	expect([...values.keys()]).toEqual(["WHOLE"]);
	expect([...damaged]).toEqual(["BROKEN"]);
	expect((await settings.resolve(vault, admin, wanted("WHOLE"))).get("WHOLE")?.value.reveal()).toBe("value of WHOLE");
	await expect(settings.resolve(vault, admin, wanted("WHOLE", "BROKEN"))).rejects.toMatchObject({
		code: "VALUE_DAMAGED",
		fields: { name: "BROKEN" },
	});
});
