/** The claim code as the terminal prints it: twelve letters and digits in groups of four. */

const CLAIM_CODE_LENGTH = 12;
const GROUP = 4;

/** What was typed or pasted, as XXXX-XXXX-XXXX; whatever is no letter or digit falls away, and so does a 13th. */
export function formatClaimCode(text: string): string {
	const characters = text
		.toUpperCase()
		.replace(/[^A-Z0-9]/g, "")
		.slice(0, CLAIM_CODE_LENGTH);
	return characters.match(new RegExp(`.{1,${GROUP}}`, "g"))?.join("-") ?? "";
}

export function isWholeClaimCode(text: string): boolean {
	return formatClaimCode(text).length === CLAIM_CODE_LENGTH + CLAIM_CODE_LENGTH / GROUP - 1;
}
