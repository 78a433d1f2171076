/**
 * What was last good, kept in a file for the time that the server cannot be reached. Node alone. Guards that the file is of
 * use only to who has the token: it is sealed under a key derived from it, and a token that is refused takes the file along.
 *
 * The file: the four bytes `HFC1`, 16 bytes of salt, 12 of IV, the sealed JSON, 16 of tag. The key is HKDF-SHA-256 of the token
 * with that salt, the cipher AES-256-GCM, and the server and the environment are bound to it as associated data.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type { Cache, Held } from "./values.ts";

const MAGIC = Buffer.from("HFC1");
const SALT = 16;
const IV = 12;
const TAG = 16;
const CIPHER = "aes-256-gcm";
const INFO = "holdfast last-good cache v1";
/** Of the name of one environment, which becomes part of the file's name; as the server has it. */
const ENVIRONMENT = /^[a-z0-9-]{1,40}$/;

type Server = Parameters<Cache["load"]>[0];

/** A cache in the file given, mode 0600; each environment but `default` has one beside it, as `<file>.production`. */
export function fileCache(file: string): Cache {
	const fileOf = (environment: string) => {
		if (!ENVIRONMENT.test(environment)) return null;
		return environment === "default" ? file : `${file}.${environment}`;
	};
	return {
		async load(server, environment) {
			const path = fileOf(environment);
			const bytes = path === null ? null : await readFile(path).catch(() => null);
			return bytes && unseal(bytes, server, environment);
		},
		async save(server, environment, held) {
			const path = fileOf(environment);
			if (path === null) return;
			const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
			try {
				await writeFile(temporary, seal(held, server, environment), { mode: 0o600, flag: "wx" });
				await rename(temporary, path);
			} catch (error) {
				await rm(temporary, { force: true }).catch(() => undefined);
				const detail = (error as NodeJS.ErrnoException).code ?? "unknown";
				process.emitWarning(`The last good values could not be kept in ${path}: ${detail}.`, "HoldfastWarning");
			}
		},
		async forget(environment) {
			const path = fileOf(environment);
			if (path !== null) await rm(path, { force: true }).catch(() => undefined);
		},
	};
}

function seal(held: Held, server: Server, environment: string): Buffer {
	const salt = randomBytes(SALT);
	const iv = randomBytes(IV);
	const cipher = createCipheriv(CIPHER, keyOf(server, salt), iv, { authTagLength: TAG });
	cipher.setAAD(placeOf(server, environment));
	const sealed = Buffer.concat([cipher.update(JSON.stringify(held), "utf8"), cipher.final()]);
	return Buffer.concat([MAGIC, salt, iv, sealed, cipher.getAuthTag()]);
}

/** `null` for what is damaged, of another form, or sealed for another token, server or environment. */
function unseal(bytes: Buffer, server: Server, environment: string): Held | null {
	const start = MAGIC.length + SALT + IV;
	if (bytes.length < start + TAG || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
	const salt = bytes.subarray(MAGIC.length, MAGIC.length + SALT);
	const iv = bytes.subarray(MAGIC.length + SALT, start);
	const decipher = createDecipheriv(CIPHER, keyOf(server, salt), iv, { authTagLength: TAG });
	decipher.setAAD(placeOf(server, environment));
	decipher.setAuthTag(bytes.subarray(-TAG));
	try {
		const opened = Buffer.concat([decipher.update(bytes.subarray(start, -TAG)), decipher.final()]);
		return JSON.parse(opened.toString("utf8"));
	} catch {
		// Node says no more than that it does not authenticate.
		return null;
	}
}

function keyOf({ token }: Server, salt: Buffer): Uint8Array {
	return new Uint8Array(hkdfSync("sha256", token, salt, INFO, 32));
}

function placeOf({ url }: Server, environment: string): Buffer {
	return Buffer.from(JSON.stringify([url, environment]));
}
