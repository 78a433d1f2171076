import { expect, test } from "vitest";
import { openRootKey, sealRootKey } from "./bridge.ts";
import { seal } from "./envelope.ts";
import { newRootKey, rootKeyText } from "./root-key.ts";

test("a bridge opens under its own key, for its own instance and id alone", () => {
	const [old, current, other] = [newRootKey(), newRootKey(), newRootKey()];
	const bridge = sealRootKey(old, "i1", current);
	const opened = openRootKey(old, "i1", current.id, bridge);
	expect(opened && rootKeyText(opened)).toBe(rootKeyText(current));
	expect(openRootKey(current, "i1", current.id, bridge)).toBeNull();
	expect(openRootKey(old, "i2", current.id, bridge)).toBeNull();
	expect(openRootKey(old, "i1", other.id, bridge)).toBeNull();
});

test("a bridge that holds another key than it is named for does not open", () => {
	const [old, current, other] = [newRootKey(), newRootKey(), newRootKey()];
	const place = { purpose: "root-key", instance: "i1", owner: "instance", environment: "", version: 0 } as const;
	const forged = seal(old, { ...place, name: current.id }, other.key.export());
	expect(openRootKey(old, "i1", current.id, forged)).toBeNull();
});
