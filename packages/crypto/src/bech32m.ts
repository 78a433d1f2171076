/**
 * Bech32m (BIP-350): bytes as text for people, with a checksum that finds every slip of up to four characters. Written out
 * here because what hydrates an application has to stay small; the tests hold it against `@scure/base`. Guards that a text
 * has one reading only: what is never written is not read.
 *
 *     human "1" digits    in lower case; the digits are the bytes in groups of five bits, the last group filled up
 *                         with zeros, and then six digits of checksum
 */
const DIGITS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CHECKSUM_DIGITS = 6;
/** From BIP-173, which has the code; BIP-350 has the constant. */
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const CONSTANT = 0x2bc830a3;

/** Write bytes behind a human part, which is lower-case letters. */
export function writeBech32m(human: string, bytes: Uint8Array): string {
	const groups = regroup(bytes, 8, 5);
	const sum = checksum(human, [...groups, 0, 0, 0, 0, 0, 0]) ^ CONSTANT;
	for (let at = CHECKSUM_DIGITS - 1; at >= 0; at--) groups.push((sum >>> (5 * at)) & 31);
	return `${human}1${groups.map((group) => DIGITS[group]).join("")}`;
}

/** The bytes that `writeBech32m` wrote as this text; `null` when it wrote no such text. */
export function readBech32m(human: string, text: string): Uint8Array | null {
	const groups = Array.from(text.slice(human.length + 1), (digit) => DIGITS.indexOf(digit));
	const bytes = Uint8Array.from(regroup(groups.slice(0, -CHECKSUM_DIGITS), 5, 8));
	return writeBech32m(human, bytes) === text ? bytes : null;
}

/** The same bits in groups of another size. What is left over is filled up with zeros, or left out when groups grow. */
function regroup(groups: Iterable<number>, from: number, to: number): number[] {
	const regrouped: number[] = [];
	let [bits, waiting] = [0, 0];
	for (const group of groups) {
		bits = ((bits << from) | group) & 0xfff;
		waiting += from;
		for (; waiting >= to; waiting -= to) regrouped.push((bits >>> (waiting - to)) & ((1 << to) - 1));
	}
	if (to < from && waiting > 0) regrouped.push((bits << (to - waiting)) & ((1 << to) - 1));
	return regrouped;
}

/** BIP-173's remainder of the human part, a zero, and the groups. */
function checksum(human: string, groups: readonly number[]): number {
	const codes = Array.from(human, (letter) => letter.charCodeAt(0));
	let sum = 1;
	for (const value of [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...groups]) {
		const top = sum >>> 25;
		sum = ((sum & 0x1ffffff) << 5) ^ value;
		for (const [i, term] of GENERATOR.entries()) if ((top >>> i) & 1) sum ^= term;
	}
	return sum;
}
