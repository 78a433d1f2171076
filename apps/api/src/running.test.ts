import { expect, test } from "vitest";
import { Running } from "./running.ts";

test("what is under way is waited for, with what begins meanwhile, and however it ends", async () => {
	const running = new Running();
	const order: string[] = [];
	const first = Promise.withResolvers<void>();
	const second = Promise.withResolvers<void>();
	const failing = first.promise.then(() => {
		order.push("first");
		running.add(second.promise);
		throw new Error("its own affair");
	});
	running.add(failing);
	const ended = running.ended().then(() => order.push("ended"));
	first.resolve();
	await expect(failing).rejects.toThrow("its own affair");
	order.push("second");
	second.resolve();
	await ended;
	expect(order).toEqual(["first", "second", "ended"]);
	await running.ended();
});
