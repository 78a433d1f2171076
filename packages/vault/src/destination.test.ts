import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { admin, person, type TestVault, testVault } from "../test/harness.ts";
import { environments, mirrors, settings } from "./index.ts";

const [KEY, URL] = ["GOOGLE_API_KEY", "GOOGLE_BASE_URL"];
const ed = person("ed");
const saveUrl = ({ vault }: TestVault, environment: string) =>
	settings.save(vault, ed, { environment, owner: "shared", writes: [{ name: URL, value: "https://thief.example" }] });

async function refusal({ vault }: TestVault, environment = "default"): Promise<string | null> {
	const resolved = await settings.resolve(vault, ed, { environment, names: [KEY, URL] });
	return settings.requireOwnUrl(vault, ed, { environment, url: URL, key: KEY, resolved }).then(
		() => null,
		(error) => error.code,
	);
}

test("FAULTS 37: keeping what is saved, against a hand edit of the key, is not entering the key again", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ [KEY]: "the key" });
	await saveUrl(v, "default");
	expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	for (const typed of ["typed", "typed again"]) {
		writeFileSync(join(v.folder, ".env"), v.envFile().replace("the key", typed));
		const { lines } = await mirrors.diff(v.vault, ed, { environment: "default" });
		const line = lines.find(({ name }) => name === KEY);
		const sides = { saved: line?.saved?.fingerprint ?? null, file: line?.file?.fingerprint ?? null };
		const choices = [{ name: KEY, take: "saved" as const, ...sides }];
		await mirrors.resolve(v.vault, ed, { environment: "default", choices });
		expect(await refusal(v)).toBe("KEY_FOR_OTHER_URL");
	}
	await v.save({ [KEY]: "the key" });
	expect(await refusal(v), "entered again by who knows it").toBeNull();
});

test("FAULTS 37: a line that was saved in any environment is not trusted as written by hand", async () => {
	await using v = await testVault({ serves: false });
	await environments.create(v.vault, admin, { name: "staging" });
	await v.save({ [KEY]: "the key" });
	await saveUrl(v, "staging");
	// As when the process ends before the file moves.
	v.vault.mirrors.moved = async () => null;
	await environments.rename(v.vault, admin, { name: "staging", to: "live" });
	await environments.create(v.vault, admin, { name: "staging" });
	expect(await refusal(v, "staging")).toBe("KEY_FOR_OTHER_URL");
});
