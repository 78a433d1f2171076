/** An authenticator in software: it makes ES256 passkeys and signs with them, as a browser hands that on, or as a liar would. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a browser would say otherwise than this one; for what is to be refused. */
export interface Twist {
	origin?: string;
	rpId?: string;
	challenge?: string;
	type?: string;
	/** Whether it verified its user: by a fingerprint or a PIN. */
	verified?: boolean;
	/** How often it says it has signed; without it, one more than before. */
	counter?: number;
	userHandle?: string;
	/** Certificates of its maker. */
	certificates?: boolean;
}

interface Options {
	challenge: string;
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest();
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");

export class Authenticator {
	readonly id = text(randomBytes(16));
	readonly #origin: string;
	readonly #key: KeyObject;
	readonly #publicKey: Buffer;
	#counter = 0;

	constructor(origin: string) {
		this.#origin = origin;
		const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
		this.#key = privateKey;
		const { x = "", y = "" } = publicKey.export({ format: "jwk" });
		// COSE: an EC2 key (1: 2) for ES256 (3: -7) on P-256 (-1: 1).
		const point = [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")] as const;
		this.#publicKey = Buffer.concat([
			Buffer.from("a5010203262001", "hex"),
			Buffer.from("215820", "hex"),
			point[0],
			Buffer.from("225820", "hex"),
			point[1],
		]);
	}

	/** The answer to `navigator.credentials.create()`. */
	make({ challenge }: Options, twist: Twist = {}) {
		const id = Buffer.from(this.id, "base64url");
		const length = Buffer.from([0, id.length]);
		const credential = Buffer.concat([Buffer.alloc(16), length, id, this.#publicKey]);
		const data = this.#data(twist, credential);
		const statement = twist.certificates
			? cborMap([
					["alg", Buffer.from([0x26])],
					["sig", cborBytes(Buffer.alloc(8))],
					["x5c", Buffer.concat([Buffer.from([0x81]), cborBytes(Buffer.alloc(8))])],
				])
			: cborMap([]);
		const attestation = cborMap([
			["fmt", cborText(twist.certificates ? "packed" : "none")],
			["attStmt", statement],
			["authData", cborBytes(data)],
		]);
		const response = {
			clientDataJSON: text(this.#client("webauthn.create", challenge, twist)),
			attestationObject: text(attestation),
			transports: ["internal"],
		};
		return { ...this.#named(), response };
	}

	/** The answer to `navigator.credentials.get()`. */
	sign({ challenge }: Options, twist: Twist = {}) {
		const data = this.#data(twist);
		const client = this.#client("webauthn.get", challenge, twist);
		const signature = sign("sha256", Buffer.concat([data, sha256(client)]), this.#key);
		const response = {
			clientDataJSON: text(client),
			authenticatorData: text(data),
			signature: text(signature),
			...(twist.userHandle !== undefined && { userHandle: twist.userHandle }),
		};
		return { ...this.#named(), response };
	}

	#named() {
		return { id: this.id, rawId: this.id, type: "public-key", clientExtensionResults: {} };
	}

	#client(type: string, challenge: string, twist: Twist): Buffer {
		const { origin = this.#origin } = twist;
		const said = { type: twist.type ?? type, challenge: twist.challenge ?? challenge, origin, crossOrigin: false };
		return Buffer.from(JSON.stringify(said));
	}

	#data({ rpId = new URL(this.#origin).hostname, verified = true, counter }: Twist, credential?: Buffer): Buffer {
		this.#counter = counter ?? this.#counter + 1;
		const flags = 1 | (verified ? 4 : 0) | (credential ? 64 : 0);
		const count = Buffer.alloc(4);
		count.writeUInt32BE(this.#counter);
		return Buffer.concat([sha256(rpId), Buffer.from([flags]), count, credential ?? Buffer.alloc(0)]);
	}
}

function cborText(value: string): Buffer {
	return Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)]);
}

function cborBytes(value: Buffer): Buffer {
	return Buffer.concat([Buffer.from([0x58, value.length]), value]);
}

function cborMap(entries: ReadonlyArray<readonly [string, Buffer]>): Buffer {
	const pairs = entries.flatMap(([key, value]) => [cborText(key), value]);
	return Buffer.concat([Buffer.from([0xa0 | entries.length]), ...pairs]);
}
