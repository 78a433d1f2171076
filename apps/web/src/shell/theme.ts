/**
 * Light, dark, or as the system says. The choice is no secret and lives in the browser's storage, where
 * `public/theme.js` reads it before the first paint; both use the same key and attribute.
 */
const KEY = "holdfast-theme";

export const THEMES = ["light", "dark", "system"] as const;
export type Theme = (typeof THEMES)[number];

export function chosenTheme(): Theme {
	const stored = localStorage.getItem(KEY);
	return stored === "light" || stored === "dark" ? stored : "system";
}

export function chooseTheme(theme: Theme): void {
	if (theme === "system") {
		localStorage.removeItem(KEY);
		delete document.documentElement.dataset.theme;
	} else {
		localStorage.setItem(KEY, theme);
		document.documentElement.dataset.theme = theme;
	}
}
