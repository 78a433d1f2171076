/** What a browser called itself, as people call it. */
import Bowser from "bowser";

/** "Firefox on Windows"; what is no browser by its first word, as a program has it. */
export function deviceInWords(userAgent: string | null): string {
	if (!userAgent) return "Unknown";
	const { browser, os } = Bowser.parse(userAgent);
	const name = browser.name || (userAgent.split(/[/\s]/, 1)[0] ?? "Unknown");
	return os.name ? `${name} on ${os.name}` : name;
}
