/** Values sealed for dotenvx: whoever cannot open them must not take them for values. */

const PREFIX = "encrypted:";

/** Whether a line's value is one that dotenvx sealed. Source: https://dotenvx.com/docs/quickstart/encryption */
export function isEncrypted(value: string): boolean {
	return value.startsWith(PREFIX);
}
