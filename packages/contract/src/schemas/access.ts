/** Sessions and service tokens. */
import { z } from "zod";
import { PERMISSIONS, type Permission, ROLES, type Role } from "../permissions.ts";

const permissions = Object.keys(PERMISSIONS) as [Permission, ...Permission[]];

export const RoleName = z.enum(Object.keys(ROLES) as [Role, ...Role[]]);

/** What someone can sign in with. */
export const SignsInBy = z.object({
	password: z.boolean(),
	/** Whether the OpenID Connect provider is connected. */
	oidc: z.boolean(),
	/** Whether it takes a code beside their password. */
	twoFactor: z.boolean(),
	/** How many passkeys they have. */
	passkeys: z.number(),
});

export const Me = z.object({
	/** `null` when nobody is signed in. */
	user: z
		.object({ id: z.string(), name: z.string(), email: z.string(), role: RoleName, ...SignsInBy.shape })
		.nullable(),
	/** What the caller may do, for the dashboard to show only that; see `Access`. */
	access: z.object({
		usual: z.array(z.enum(permissions)),
		apart: z.record(z.string(), z.array(z.enum(permissions))),
	}),
	/** Whether this instance has an owner. When not, it waits for the claim code. */
	claimed: z.boolean(),
	/** How people may get in, besides with what is theirs. */
	ways: z.object({
		/** What the OpenID Connect provider is called, where there is one. */
		oidc: z.string().nullable(),
		/** Whether a forgotten password is set anew by a link in a mail. */
		mail: z.boolean(),
	}),
});

export const CreateToken = z.strictObject({
	label: z.string().trim().min(1).max(100),
	/** Environments it may be used in; omitted for all. */
	environments: z.array(z.string().min(1).max(40)).min(1).max(50).optional(),
	permissions: z.array(z.enum(permissions)).min(1).default(["settings.see", "settings.reveal"]),
	/** Days until it expires; omitted for never. */
	days: z.int().min(1).max(3650).optional(),
	/** Addresses and CIDR ranges it may be used from; omitted for any. */
	addresses: z
		.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
		.min(1)
		.max(50)
		.optional(),
});

export const RotateToken = z.strictObject({
	id: z.string().min(1).max(60),
	/** Minutes for which the credential before is still taken: time to bring the new one to where it is used. */
	overlap: z.int().min(0).max(10_080).default(60),
});

export const RevokeToken = z.strictObject({ id: z.string().min(1).max(60) });

export const TokenView = z.object({
	id: z.string(),
	label: z.string(),
	environments: z.array(z.string()).nullable(),
	permissions: z.array(z.enum(permissions)),
	/** Where it may be used from; `null` for anywhere. */
	addresses: z.array(z.string()).nullable(),
	/** Until when the credential before the last rotation is taken; `null` when it is not. */
	previousUntil: z.number().nullable(),
	createdAt: z.number(),
	createdBy: z.string(),
	expiresAt: z.number().nullable(),
	revokedAt: z.number().nullable(),
	lastUsedAt: z.number().nullable(),
});

/** `token` is the credential itself, of a new token or after a rotation, and is shown this once. */
export const CreatedToken = TokenView.extend({ token: z.string() });

export const Health = z.object({
	status: z.literal("ok"),
	version: z.string(),
	revision: z.int(),
});

export type Me = z.infer<typeof Me>;
export type CreateToken = z.infer<typeof CreateToken>;
export type RotateToken = z.infer<typeof RotateToken>;
export type RevokeToken = z.infer<typeof RevokeToken>;
export type TokenView = z.infer<typeof TokenView>;
export type CreatedToken = z.infer<typeof CreatedToken>;
export type Health = z.infer<typeof Health>;
export type SignsInBy = z.infer<typeof SignsInBy>;
