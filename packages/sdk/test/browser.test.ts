/** The client in a page of another site, in a real browser: bundled, let in by the server, and following changes there. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import sparticuz from "@sparticuz/chromium";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { testServer } from "./server.ts";

const SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"];

/** What the page does with the bundle. */
interface Page {
	createHoldfast: typeof import("../src/index.ts").createHoldfast;
	told: (string | undefined)[];
}

async function site(): Promise<{ url: string; close: () => void }> {
	const input = fileURLToPath(new URL("../dist/index.js", import.meta.url));
	await using bundle = await rolldown({ input, platform: "browser" });
	const { output } = await bundle.generate({ format: "iife", name: "holdfast" });
	const page = `<!doctype html><title>site</title><script>${output[0].code}</script>`;
	const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(page)).listen(
		0,
		"127.0.0.1",
	);
	await once(server, "listening");
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

test("a page of a site that is let in reads a value, is refused as anyone, and follows changes", async () => {
	const { url: origin, close } = await site();
	await using server = await testServer({ HOLDFAST_ALLOWED_ORIGINS: origin });
	await server.save({ A: "one" });
	const browser = await chromium.launch({ executablePath: await sparticuz.executablePath(), args: SWITCHES });
	try {
		const page = await browser.newPage();
		const requested: string[] = [];
		page.on("request", (request) => requested.push(request.url()));
		await page.goto(origin);
		const first = await page.evaluate(
			async ({ url, token }) => {
				const { holdfast } = globalThis as unknown as { holdfast: Page };
				const client = holdfast.createHoldfast({ url, token });
				holdfast.told = [];
				client.secret("A").onChange((value) => holdfast.told.push(value));
				const stranger = holdfast.createHoldfast({ url, token: "hf_unknown" });
				const refused = await stranger.settings.list.query({}).then(
					() => null,
					(error) => error.code,
				);
				const { settings } = await client.settings.list.query({});
				return { value: await client.secret("A").get(), refused, listed: settings.some(({ name }) => name === "A") };
			},
			{ url: server.url, token: server.token },
		);
		expect(first).toEqual({ value: "one", refused: "TOKEN_REFUSED", listed: true });

		await server.save({ A: "two" });
		await page.waitForFunction(() => (globalThis as unknown as { holdfast: Page }).holdfast.told[0] === "two");
		await server.kill();
		await server.start();
		await server.save({ A: "three" });
		await page.waitForFunction(() => (globalThis as unknown as { holdfast: Page }).holdfast.told[1] === "three");
		expect(requested.join()).not.toContain(server.token);
	} finally {
		await browser.close();
		close();
	}
});
