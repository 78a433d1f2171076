/**
 * Sets the chosen theme before the first paint. A file of its own, loaded in <head>, because the content security policy
 * allows no inline script. Without a stored choice the attribute is absent and the system's preference applies.
 */
const theme = localStorage.getItem("holdfast-theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
