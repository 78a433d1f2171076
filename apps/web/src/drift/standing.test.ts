import { expect, test } from "vitest";
import { fileRemark, fileStanding, isOpen } from "./standing.ts";

test("a file is in step only once it holds the environment's revision", () => {
	expect(fileStanding({ status: "mirrored", held: 4, revision: 4 }).word).toBe("In step");
	expect(fileStanding({ status: "mirrored", held: 3, revision: 4 }).word).toBe("Being written");
	expect(fileStanding({ status: "pending", held: 3, revision: 4 }).word).toBe("Pending");
});

test("what waits is drift, and what could not be written", () => {
	const statuses = ["mirrored", "drift", "pending", "vault-only", "off"] as const;
	expect(statuses.filter(isOpen)).toEqual(["drift", "pending"]);
});

test("a remark counts what the state is about", () => {
	expect(fileRemark({ status: "drift", names: ["A"], failures: 0 })).toBe("1 line waits for a choice");
	expect(fileRemark({ status: "vault-only", names: ["A", "B"], failures: 0 })).toBe("2 values have no line");
	expect(fileRemark({ status: "pending", names: [], failures: 1 })).toBe("failed once");
	expect(fileRemark({ status: "pending", names: [], failures: 3 })).toBe("failed 3 times");
	expect(fileRemark({ status: "mirrored", names: [], failures: 0 })).toBe("");
});
