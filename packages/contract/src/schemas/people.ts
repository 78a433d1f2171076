/** The people who have an account here. */
import { z } from "zod";
import { RoleName, SignsInBy } from "./access.ts";

/** Roles by the names of environments, where that is less than elsewhere; see roles.ts. */
export const Narrowings = z.record(z.string().min(1).max(40), z.enum([...RoleName.options, "none"]));

/** One of the people by their id: for what needs to know no more of them. */
export const OnePerson = z.strictObject({ id: z.string().min(1).max(100) });

/** What is not named stays as it is. */
export const UpdatePerson = z.strictObject({
	id: z.string().min(1).max(100),
	role: RoleName.optional(),
	/** In place of what was narrowed before; `null` for nothing. `*` stands for every environment that is not named. */
	narrowed: Narrowings.nullable().optional(),
});

export const PersonView = z.object({
	id: z.string(),
	name: z.string(),
	email: z.string(),
	role: RoleName,
	/** Where their role is another one; `null` for nowhere. */
	narrowed: Narrowings.nullable(),
	/** Milliseconds since 1970. */
	createdAt: z.number(),
	...SignsInBy.shape,
	/** How many of their sessions are open. */
	sessions: z.number(),
});

export const RemovedPerson = PersonView.extend({
	/** The labels of the service tokens that they had made, which ended with them. */
	tokens: z.array(z.string()),
});

export const UpdatedPerson = PersonView.extend({
	/** The labels of the service tokens they had made that may do more than they now, which ended. */
	tokens: z.array(z.string()),
});

export type UpdatePerson = z.infer<typeof UpdatePerson>;
export type UpdatedPerson = z.infer<typeof UpdatedPerson>;
export type OnePerson = z.infer<typeof OnePerson>;
export type PersonView = z.infer<typeof PersonView>;
export type RemovedPerson = z.infer<typeof RemovedPerson>;
