/**
 * `.env` files encrypted in dotenvx's format. An entry of its own, so that nothing else loads the library.
 */
export { type Cipher, type CipherOptions, openCipher } from "./encrypted-cipher.ts";
export {
	type EncryptedFile,
	type EncryptedUpdateOptions,
	encryptedMisreaders,
	readEncryptedFile,
	updateEncryptedFile,
} from "./encrypted-file.ts";
