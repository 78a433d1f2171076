/** JSON from strangers. Node's own exception quotes the text, which may hold a key, so none is let out of here. */

/** The parsed text; `null` for text that is no JSON, which says as little as a JSON `null`. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}
