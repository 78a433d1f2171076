/** The part of dotenvx's own library that is used here; it has no types. Source: its README, version 4.3.0. */
declare module "@dotenvx/primitives" {
	const primitives: {
		/** A fresh pair, both as hexadecimal digits. */
		keypair(): { publicKey: string; privateKey: string };
		/** The public key of a private key. Throws for what is none. */
		derive(privateKey: string): string;
		/** "encrypted:" and base64, other each time. */
		encrypt(publicKey: string, value: string): string;
		/** Throws an error with a `code` for what does not open. */
		decrypt(privateKey: string, value: string): string;
	};
	export default primitives;
}
