/** The built dashboard's files. Names under `assets/` hold a digest of their content and are kept by browsers for good. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";

const NOT_BUILT = "The dashboard is not built. Run `npm start` in the repository: it builds it.\n";

/** @param folder where the dashboard was built to. */
export function dashboard(folder: string): Hono {
	const app = new Hono();
	app.use("/assets/*", async (context, next) => {
		await next();
		if (context.res.ok) context.res.headers.set("cache-control", "public, max-age=31536000, immutable");
	});
	app.use("*", serveStatic({ root: folder, index: "-" }));
	// Every other path is a screen of the one page, which finds its own way.
	app.get("*", (context) => {
		const page = join(folder, "index.html");
		if (context.req.path.startsWith("/assets/")) return context.notFound();
		if (!existsSync(page)) return context.text(NOT_BUILT, 503);
		return context.html(readFileSync(page, "utf8"), 200, { "cache-control": "no-cache" });
	});
	return app;
}
