/**
 * The recovery kit: a root key as text for paper. It is bech32m (BIP-350) with the human part `holdfast`, which has no
 * letters that are taken for digits, and whose checksum finds every slip of up to four characters. Guards that a slip of the
 * pen is told from a key that is another one, and that a cut kit is told from a slip.
 *
 *     HOLDFAST1-XXXXX-XXXXX-…    the human part and its separator, then 58 characters in groups of five:
 *                                52 of the key's 32 bytes, 6 of the checksum
 */
import { readBech32m, writeBech32m } from "./bech32m.ts";
import type { SealingKey } from "./envelope.ts";

const HUMAN_PART = "holdfast";
const PREFIX = `${HUMAN_PART}1`;
const CHARACTERS = PREFIX.length + 58;

/** The recovery kit of a root key: one line of 79 characters. */
export function recoveryKit({ key }: Pick<SealingKey, "key">): string {
	const text = writeBech32m(HUMAN_PART, key.export());
	return [PREFIX, ...(text.slice(PREFIX.length).match(/.{1,5}/g) ?? [])].join("-").toUpperCase();
}

/**
 * The root key's bytes, in a kit's text however its letters are cased, and whatever blanks, hyphens and line ends are
 * between its characters; `null` when the text is not meant as a kit.
 *
 * @param malformed makes the error that is thrown when it is meant as one, from what is wrong with it.
 */
export function readRecoveryKit(text: string, malformed: (detail: string) => Error): Uint8Array | null {
	const kit = text.replace(/[\s-]+/g, "").toLowerCase();
	// No base64 of 32 bytes is as long as a kit, so that one is a kit with a slip in its first group.
	if (!kit.startsWith(PREFIX) && kit.length !== CHARACTERS) return null;
	if (kit.length < CHARACTERS) {
		throw malformed(`it is a recovery kit cut short: ${kit.length} of its ${CHARACTERS} characters are there`);
	}
	if (kit.length > CHARACTERS) {
		throw malformed(`it is a recovery kit with ${kit.length} characters in place of ${CHARACTERS}`);
	}
	const bytes = readBech32m(HUMAN_PART, kit);
	if (bytes === null) throw malformed("it is a recovery kit with a slip in it: its checksum does not match");
	return bytes;
}
