/**
 * Copies text that is still on its way. The promise is handed to the clipboard itself, so that the browser counts the
 * press of the button as consent even when the answer takes a while.
 *
 * @throws what `fetch` rejects with, or `NotAllowedError` (DOMException) where the browser gives no clipboard; the text is
 * then not asked for.
 */
export async function copyWhenReady(fetch: () => Promise<string>): Promise<void> {
	if (!navigator.clipboard) throw new DOMException("There is no clipboard here.", "NotAllowedError");
	const text = fetch();
	const blob = text.then((value) => new Blob([value], { type: "text/plain" }));
	await Promise.all([text, navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })])]);
}
