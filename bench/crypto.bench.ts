/**
 * What an envelope costs above the cipher itself: sealing and opening 64 bytes, against a bare AES-256-GCM call of
 * `node:crypto` with its own HKDF, in the same run. The bare call binds nothing to a place and keeps no header; it has the
 * quicker of the two forms of a key, a KeyObject, since against raw bytes any code would look good.
 */
import {
	createCipheriv,
	createDecipheriv,
	createSecretKey,
	hkdfSync,
	type KeyObject,
	randomBytes,
	randomFillSync,
} from "node:crypto";
import { open, type SealContext, type SealingKey, seal } from "@holdfast/crypto";
import { type Contender, heading, line, medians, ratio } from "./measure.ts";

const BYTES = 64;
const EACH_TURN = 1_000;
const TURNS = 200;
const MOST = 2;

const CIPHER = "aes-256-gcm";
const OPTIONS = { authTagLength: 16 };

const key: SealingKey = { id: randomBytes(8).toString("hex"), key: createSecretKey(randomBytes(32)) };
const place: SealContext = {
	purpose: "value",
	instance: randomBytes(16).toString("hex"),
	owner: "environment:production",
	environment: "production",
	name: "GOOGLE_API_KEY",
	version: 12,
};
const plaintext = randomBytes(BYTES);

function derived(salt: Uint8Array): KeyObject {
	return createSecretKey(new Uint8Array(hkdfSync("sha256", key.key, salt, "bare", 32)));
}

interface Bare {
	random: Buffer;
	body: Buffer;
	tag: Buffer;
}

function bareSeal(): Bare {
	const random = randomFillSync(Buffer.allocUnsafe(28));
	const cipher = createCipheriv(CIPHER, derived(random.subarray(0, 16)), random.subarray(16), OPTIONS);
	const body = cipher.update(plaintext);
	cipher.final();
	return { random, body, tag: cipher.getAuthTag() };
}

function bareOpen({ random, body, tag }: Bare): Buffer {
	const decipher = createDecipheriv(CIPHER, derived(random.subarray(0, 16)), random.subarray(16), OPTIONS);
	decipher.setAuthTag(tag);
	const opened = decipher.update(body);
	decipher.final();
	return opened;
}

function often(act: () => unknown): Contender {
	return () => {
		for (let i = 0; i < EACH_TURN; i++) act();
	};
}

heading(`Sealing and opening ${BYTES} bytes, ${EACH_TURN} times a turn`);
const [bare, envelope] = [bareSeal(), seal(key, place, plaintext)];
if (!open(key, place, envelope)?.equals(bareOpen(bare))) throw new Error("what was sealed does not open");
const times = await medians(
	{
		bareSeal: often(bareSeal),
		seal: often(() => seal(key, place, plaintext)),
		bareOpen: often(() => bareOpen(bare)),
		open: often(() => open(key, place, envelope)),
	},
	{ turns: TURNS, warmUp: 20 },
);
line(`${EACH_TURN} bare encryptions with their HKDF`, times.bareSeal);
line(`${EACH_TURN} times seal`, times.seal);
ratio("seal / bare encryption", times.seal / times.bareSeal, MOST);
line(`${EACH_TURN} bare decryptions with their HKDF`, times.bareOpen);
line(`${EACH_TURN} times open`, times.open);
ratio("open / bare decryption", times.open / times.bareOpen, MOST);
