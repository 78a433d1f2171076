/**
 * The code of a link that was opened: the fragment of the address, which no server is sent. It is taken out of the address
 * before anything is drawn, so that it stays out of the history, and is held in memory alone.
 */
const PATHS: readonly string[] = ["/join", "/reset"];

/** Empty where the address has none. Imported before the router is made, which reads the address. */
export const linkCode = takeCode();

function takeCode(): string {
	const { pathname, hash } = window.location;
	if (!PATHS.includes(pathname)) return "";
	// Another link pasted into the same page loads it anew.
	window.addEventListener("hashchange", () => window.location.reload());
	if (hash) window.history.replaceState(window.history.state, "", pathname);
	return hash.slice(1);
}
