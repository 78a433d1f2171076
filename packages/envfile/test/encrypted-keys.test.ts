/** The private keys of encrypted files: where they are, that they stay, and what becomes of a file without one. */
import fs from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCipher } from "../src/encrypted.ts";
import { readEnvFile } from "../src/index.ts";
import { codeOf, project } from "./encrypted-project.ts";
import { diskWith } from "./failing-disk.ts";
import { tempFolder } from "./temp-folder.ts";

describe("private keys", () => {
	test("without the private key the file is left alone, and no pair is made over its ciphertext", () => {
		using it = project();
		it.update({ A: "1" });
		fs.appendFileSync(it.path, "PLAIN=x\n");
		const [text, keys] = [it.text(), it.keys()];
		const elsewhere = keys.replaceAll(/'[0-9a-f]{64}'/g, `'${"1".repeat(64)}'`);
		for (const other of [null, elsewhere, keys.replaceAll(/[0-9a-f]{64}/g, "broken"), ""]) {
			if (other === null) fs.rmSync(it.keysPath);
			else fs.writeFileSync(it.keysPath, other);
			expect(codeOf(() => it.update({ A: "2" }))).toBe("ENV_KEY_MISSING");
			expect(codeOf(() => openCipher(it))).toBe("ENV_KEY_MISSING");
			const { entries, locked, problem, state } = it.read();
			expect([[...entries], [...locked], problem?.code, state]).toEqual([
				[["PLAIN", "x"]],
				["A"],
				"ENV_KEY_MISSING",
				null,
			]);
			expect(it.text()).toBe(text);
			expect(fs.existsSync(it.keysPath) ? it.keys() : null).toBe(other);
		}
		fs.writeFileSync(it.path, text.replace(/^DOTENV_PUBLIC_KEY.*\n/m, ""));
		expect(codeOf(() => it.update({ A: "2" }))).toBe("ENV_KEY_MISSING");
		fs.writeFileSync(it.keysPath, keys);
		expect(it.read().entries.get("A")).toBe("1");
	});

	test("a private key that is there is used, and every other line of .env.keys stays", () => {
		using it = project();
		using other = project(".env");
		other.update({ A: "1" });
		const theirs = `${other.keys()}# mine\nDOTENV_PRIVATE_KEY_CI=${"2".repeat(64)}`;
		fs.writeFileSync(it.keysPath, theirs, { mode: 0o640 });
		it.update({ A: "1" });
		expect(it.keys()).toMatch(/\n\n# \.env\.production\nDOTENV_PRIVATE_KEY_PRODUCTION='[0-9a-f]{64}'\n$/);
		expect(it.keys().startsWith(theirs)).toBe(true);
		const keys = it.keys();
		const publicKey = readEnvFile(it.path).entries.get("DOTENV_PUBLIC_KEY_PRODUCTION");
		fs.rmSync(it.path);
		it.update({ A: "2" });
		expect(it.keys()).toBe(keys);
		expect(readEnvFile(it.path).entries.get("DOTENV_PUBLIC_KEY_PRODUCTION")).toBe(publicKey);
	});

	test("a line that is no private key is not written over", () => {
		using it = project();
		fs.writeFileSync(it.keysPath, "DOTENV_PRIVATE_KEY_PRODUCTION=mistyped\n");
		expect(codeOf(() => it.update({ A: "1" }))).toBe("ENV_KEY_MISSING");
		expect(it.keys()).toBe("DOTENV_PRIVATE_KEY_PRODUCTION=mistyped\n");
		expect(it.list()).toEqual([".env.keys"]);
	});

	test("a private key from elsewhere opens and seals, and is written nowhere", () => {
		using it = project();
		it.update({ A: "1" });
		const privateKey = /'([0-9a-f]{64})'/.exec(it.keys())?.[1] ?? "";
		fs.rmSync(it.keysPath);
		const several = `${"3".repeat(64)}, ${privateKey}`;
		expect(it.read(several).entries.get("A")).toBe("1");
		expect(it.update({ A: "2" }, { privateKey: several }).status).toBe("replaced");
		fs.rmSync(it.path);
		it.update({ A: "3" }, { privateKey });
		expect(it.read(privateKey).entries.get("A")).toBe("3");
		expect(it.list()).toEqual([basename(it.path)]);
	});

	test("FAULTS 24: no error has a private key, a value or a line of .env.keys in it", () => {
		using it = project();
		it.update({ A: "canary" });
		const privateKey = /'([0-9a-f]{64})'/.exec(it.keys())?.[1] ?? "";
		fs.writeFileSync(it.keysPath, `DOTENV_PRIVATE_KEY_PRODUCTION="${privateKey}\n`);
		const { problem } = it.read();
		expect(problem?.code).toBe("FILE_UNSAFE");
		const said = `${problem?.stack}${problem?.cause}${JSON.stringify(problem?.fields)}`;
		expect(said).not.toContain(privateKey);
		expect(said).not.toContain("canary");
	});
});

describe("writing", () => {
	test("FAULTS 5: a .env.keys that leads elsewhere is not written through", () => {
		using it = project();
		using outside = tempFolder();
		const target = join(outside.path, "stolen");
		fs.writeFileSync(target, "");
		fs.symlinkSync(target, it.keysPath);
		expect(codeOf(() => it.update({ A: "1" }))).toBe("FILE_UNSAFE");
		expect(fs.readFileSync(target, "utf8")).toBe("");
		expect(it.list()).toEqual([".env.keys"]);
	});

	test("FAULTS 6: a full disk leaves the old file, and the key is there before the first ciphertext", () => {
		using it = project(".env.production", "A=1\n");
		const full = diskWith((call) => (call === "writeSync" ? "ENOSPC" : null));
		expect(codeOf(() => it.update({ A: "2" }, { fs: full }))).toBe("MIRROR_FAILED");
		expect(it.list()).toEqual([".env.production"]);
		let synced = 0;
		const fullLater = diskWith((call) => (call === "fsyncSync" && ++synced > 2 ? "EIO" : null));
		expect(codeOf(() => it.update({ A: "2" }, { fs: fullLater }))).toBe("MIRROR_FAILED");
		expect(it.text()).toBe("A=1\n");
		const keys = it.keys();
		it.update({ A: "2" });
		expect(it.keys()).toBe(keys);
		expect(it.read().entries.get("A")).toBe("2");
	});

	test("FAULTS 7: a change since the file was read is not written over", () => {
		using it = project();
		it.update({ A: "1" });
		const from = it.read();
		fs.appendFileSync(it.path, "B=by-hand\n");
		const text = it.text();
		expect(codeOf(() => it.update({ A: "2" }, { from }))).toBe("MIRROR_FAILED");
		expect(it.text()).toBe(text);
	});
});
