/** Signing in with an OpenID Connect provider in the browser: connected on the Account screen, then in place of a password. */
import { OAuth2Server } from "oauth2-mock-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	BEHIND_PROXY,
	claim,
	expectAccessible,
	expectFits,
	moveElsewhere,
	newProject,
	newScreen,
	type Project,
	picture,
	type Screen,
} from "./kit.ts";

let sso: OAuth2Server;
let project: Project;
let screen: Screen;
let url: string;
let says: Record<string, unknown>;

beforeAll(async () => {
	sso = new OAuth2Server();
	await sso.issuer.keys.generate("RS256");
	await sso.start(0, "127.0.0.1");
	sso.service.on("beforeTokenSigning", ({ payload }: { payload: object }) => Object.assign(payload, says));
	says = { sub: "ann-at-the-provider", email: "ann@example.com", email_verified: true };
	project = await newProject("");
	screen = await newScreen();
	const started = await project.start({
		...BEHIND_PROXY,
		HOLDFAST_OIDC_ISSUER: sso.issuer.url ?? "",
		HOLDFAST_OIDC_CLIENT_ID: "holdfast",
		HOLDFAST_OIDC_NAME: "Example Login",
	});
	url = started.url;
	await claim(screen.page, url, started.claimCode ?? "");
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
	await sso?.stop();
});

const region = () => screen.page.getByRole("region", { name: "Example Login" });

async function signOut(): Promise<void> {
	const { page } = screen;
	await moveElsewhere(page);
	await page.getByRole("button", { name: "Ann" }).click();
	await page.getByRole("menuitem", { name: "Sign out" }).click();
	await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

test("an address alone signs nobody in, and the page says what would", async () => {
	const { page } = screen;
	await signOut();
	await page.getByRole("button", { name: "Sign in with Example Login" }).press("Enter");
	await page.getByText("Nobody here goes by what the provider says of you.").waitFor();
	await page.waitForURL(`${url}/sign-in`);
	await picture(page, "provider-refused");
	await expectAccessible(page);
	await page.getByLabel("Email").fill("ann@example.com");
	await page.getByLabel("Password").fill("a long enough password");
	await page.keyboard.press("Enter");
	await page.getByRole("navigation", { name: "Main" }).waitFor();
});

test("the provider is connected on the Account screen, signs in from then on, and is disconnected", async () => {
	const { page } = screen;
	await page.goto(`${url}/account`);
	await region().getByText("Not connected").waitFor();
	await region().getByRole("button", { name: "Connect" }).press("Enter");
	await region().getByText("Connected", { exact: true }).waitFor();
	await region().scrollIntoViewIfNeeded();
	await picture(page, "provider-connected");
	await expectAccessible(page);
	await expectFits(page, region(), "provider-connected");
	await signOut();
	await page.getByRole("button", { name: "Sign in with Example Login" }).press("Enter");
	await page.waitForURL(`${url}/settings`);
	await page.getByRole("button", { name: "Ann" }).waitFor();
	await page.goto(`${url}/account`);
	await region().getByRole("button", { name: "Disconnect" }).press("Enter");
	await page.locator("output:focus", { hasText: "Example Login signs you in no more." }).waitFor();
	expect(screen.complaints).toEqual([]);
	expect(project.log).not.toContain("ann-at-the-provider");
});

test("what belongs to somebody else is not connected, and the page says so", async () => {
	const { page } = screen;
	await region().getByRole("button", { name: "Connect" }).press("Enter");
	await region().getByText("Connected", { exact: true }).waitFor();
	await page.goto(`${url}/account?error=account_already_linked_to_different_user`);
	await region().getByText("That identity is connected to somebody else's account.").waitFor();
	await page.waitForURL(`${url}/account`);
});

test("a stranger whom the provider sends is told so, and the address keeps no word of it", async () => {
	await using other = await newScreen();
	const { page } = other;
	says = { sub: "a-stranger", email: "stranger@example.com", email_verified: true };
	await page.goto(`${url}/sign-in`);
	await page.getByRole("button", { name: "Sign in with Example Login" }).click();
	await page.getByText("Nobody here goes by what the provider says of you.").waitFor();
	await page.waitForURL(`${url}/sign-in`);
	expect(other.complaints).toEqual([]);
});
