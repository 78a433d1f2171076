import { people } from "@holdfast/vault";
import { addPerson, admin } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { EMAIL, PASSWORD, refusal, testApp } from "./app.ts";
import { codeIn } from "./samples.ts";

test("with a person their session ends, and they sign in no more; the instance stays claimed", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const owner = app.client({ cookie });
	const write = { owner: "personal" as const, writes: [{ name: "KEY", value: "mine" }] };
	await owner.settings.save.mutate(write);
	const [me] = await owner.people.list.query();
	expect(me).toMatchObject({ email: EMAIL, role: "owner" });
	expect(await refusal(owner.people.remove.mutate({ id: me?.id ?? "" }))).toBe("LAST_OWNER");

	addPerson(app.vault, "olga", "owner");
	await people.remove(app.vault, admin, { id: me?.id ?? "" });
	expect(await owner.session.me.query()).toMatchObject({ user: null, claimed: true });
	expect(await refusal(owner.settings.save.mutate(write))).toBe("SIGNED_OUT");
	const again = await app.post("/auth/sign-in/email", { email: EMAIL, password: PASSWORD });
	expect(again.status).toBe(401);
	const claim = { name: "Owner", email: EMAIL, password: PASSWORD, claimCode: app.vault.claimCode };
	expect(codeIn(await app.post("/auth/sign-up/email", claim))).toBe("ALREADY_CLAIMED");
});
