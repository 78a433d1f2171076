import { expect, test } from "vitest";
import { deviceInWords } from "./session-words.ts";

test("names the browser and the system", () => {
	const chrome =
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36";
	expect(deviceInWords(chrome)).toBe("Chrome on Linux");
	expect(deviceInWords("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0")).toBe(
		"Firefox on Windows",
	);
	const phone =
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";
	expect(deviceInWords(phone)).toBe("Safari on iOS");
});

test("what is no browser has its own first word, and what says nothing is unknown", () => {
	expect(deviceInWords("curl/8.9.1")).toMatch(/^curl$/i);
	expect(deviceInWords(null)).toBe("Unknown");
	expect(deviceInWords("")).toBe("Unknown");
});
