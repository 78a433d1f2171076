import { expect, test } from "vitest";
import { formatClaimCode, isWholeClaimCode } from "./claim-code.ts";

test("groups what is typed, whatever its case and separators", () => {
	expect(formatClaimCode("k7qm")).toBe("K7QM");
	expect(formatClaimCode("k7qmx")).toBe("K7QM-X");
	expect(formatClaimCode(" k7qm x2p9\n4hwd ")).toBe("K7QM-X2P9-4HWD");
	expect(formatClaimCode("")).toBe("");
});

test("drops what is past the twelfth character", () => {
	expect(formatClaimCode("K7QM-X2P9-4HWD-ZZ")).toBe("K7QM-X2P9-4HWD");
});

test("formatting twice changes nothing", () => {
	expect(formatClaimCode(formatClaimCode("k7qmx2p94hwd"))).toBe("K7QM-X2P9-4HWD");
});

test("is whole with twelve characters only", () => {
	expect(isWholeClaimCode("K7QM-X2P9-4HWD")).toBe(true);
	expect(isWholeClaimCode("K7QM-X2P9-4HW")).toBe(false);
});
