/** A database as the first release left it, opened by this one. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { admin, optionsIn, person, testFolder } from "../../test/harness.ts";
import { environments, openVault, settings } from "../index.ts";
import { DATABASE_FILE, readSavedValues } from "../snapshot.ts";

/** The root key the fixture was made with. It guards nothing else. */
const ROOT_KEY = "R3ga1Rp0sT3Kr7qml2vT9r5xXLWO1beAgWJhGsul7xM=";

test("a database of the first release is brought up to date, with all that is in it", async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path, { rootKey: { text: ROOT_KEY, file: join(folder.path, "unused") } });
	mkdirSync(options.dataDir);
	const stored = readFileSync(new URL("../../test/fixtures/first-release.db.gz", import.meta.url));
	writeFileSync(join(options.dataDir, DATABASE_FILE), gunzipSync(stored));
	const hydrated = () => readSavedValues(options.dataDir, options.rootKey, "production");
	expect(hydrated().own.get("GOOGLE_API_KEY"), "an application may be newer than the server").toMatchObject({
		value: "live",
	});
	await using vault = await openVault(options);
	expect(hydrated().own.get("GOOGLE_API_KEY")).toMatchObject({ value: "live" });
	const reveal = (environment: string, caller = admin) => {
		const owner = caller === admin ? "shared" : "personal";
		return settings.reveal(vault, caller, { environment, owner, name: "GOOGLE_API_KEY" });
	};
	expect(await reveal("default")).toMatchObject({ value: "second" });
	expect(await reveal("production")).toMatchObject({ value: "live" });
	expect(await reveal("production", person("ann", "admin"))).toMatchObject({ value: "ann's own" });
	const removed = { environment: "production", owner: "shared", name: "GONE" } as const;
	expect(await settings.history(vault, admin, removed)).toMatchObject([{ removed: true }, { removed: false }]);
	expect((await environments.list(vault, admin)).map(({ name }) => name)).toEqual(["default", "production"]);
	await environments.rename(vault, admin, { name: "production", to: "live" });
	expect(await reveal("live")).toMatchObject({ value: "live" });
});
