CREATE TABLE "link" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"kind" text collate "C" NOT NULL,
	"hash" text collate "C" NOT NULL,
	"email" text collate "C" NOT NULL,
	"user_id" text collate "C",
	"role" text collate "C",
	"narrowed" text collate "C",
	"created_at" bigint NOT NULL,
	"created_by" text collate "C" NOT NULL,
	"creator" text collate "C" NOT NULL,
	"expires_at" bigint NOT NULL,
	"used_at" bigint,
	"revoked_at" bigint,
	CONSTRAINT "link_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "passkey" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text collate "C",
	"public_key" text collate "C" NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"credential_id" text collate "C" NOT NULL,
	"counter" bigint NOT NULL,
	"device_type" text collate "C" NOT NULL,
	"backed_up" smallint NOT NULL,
	"transports" text collate "C",
	"created_at" bigint,
	"aaguid" text collate "C",
	CONSTRAINT "passkey_credentialID_unique" UNIQUE("credential_id")
);
--> statement-breakpoint
CREATE TABLE "two_factor" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"secret" text collate "C" NOT NULL,
	"backup_codes" text collate "C" NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"verified" smallint DEFAULT 0 NOT NULL,
	"failed_verification_count" integer DEFAULT 0 NOT NULL,
	"locked_until" bigint
);
--> statement-breakpoint
ALTER TABLE "token" ADD COLUMN "addresses" text collate "C";--> statement-breakpoint
ALTER TABLE "token" ADD COLUMN "previous_hash" text collate "C";--> statement-breakpoint
ALTER TABLE "token" ADD COLUMN "previous_until" bigint;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "proven_at" bigint;--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "narrowed" text collate "C";--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "invitation" text collate "C";--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "two_factor_enabled" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "passkey" ADD CONSTRAINT "passkey_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "two_factor" ADD CONSTRAINT "two_factor_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "passkey_user" ON "passkey" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "two_factor_user" ON "two_factor" USING btree ("user_id");--> statement-breakpoint
ALTER TABLE "user" ADD CONSTRAINT "user_invitation_unique" UNIQUE("invitation");--> statement-breakpoint
UPDATE "token" SET "permissions" = replace("permissions"::jsonb::text, '"settings.write"', '"settings.write","settings.remove"') WHERE "permissions"::jsonb ? 'settings.write';
