/**
 * Builds the dashboard into `dist/`, which the server serves under a strict content security policy: nothing is inlined
 * (`assetsInlineLimit: 0`), and no source map tells more than the bundle does. In development, calls go to a server on
 * its usual port.
 */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const SERVER = "http://127.0.0.1:7420";
/** As the server's own page would ask: it refuses other origins. */
const PROXY = { target: SERVER, changeOrigin: true, headers: { origin: SERVER } };

export default defineConfig({
	plugins: [react(), tailwindcss()],
	build: {
		outDir: "dist",
		sourcemap: false,
		assetsInlineLimit: 0,
		/** In kB. One file, fetched once from the same machine: splitting it would only add requests. */
		chunkSizeWarningLimit: 800,
		/** The first versions with `light-dark()`, on which the palette rests. */
		target: ["chrome123", "firefox121", "safari17.5"],
	},
	server: { proxy: { "/trpc": PROXY, "/auth": PROXY } },
});
