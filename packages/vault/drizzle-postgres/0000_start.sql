CREATE TABLE "audit" (
	"index" bigint PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"actor" text collate "C" NOT NULL,
	"actor_label" text collate "C" NOT NULL,
	"action" text collate "C" NOT NULL,
	"target" text collate "C",
	"environment" text collate "C",
	"outcome" text collate "C" NOT NULL,
	"address" text collate "C",
	"revision" bigint,
	"details" text collate "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "backup" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"file" text collate "C" NOT NULL,
	"at" bigint NOT NULL,
	"revision" bigint NOT NULL,
	"size" bigint NOT NULL,
	"root_key_id" text collate "C" NOT NULL,
	"by" text collate "C" NOT NULL,
	"drill" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "commit_id" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL,
	"at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_key" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"owner" text collate "C" NOT NULL,
	"sealed" "bytea" NOT NULL,
	"current" smallint DEFAULT 1 NOT NULL,
	"generation" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "environment" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"edition" integer NOT NULL,
	"snapshot" "bytea" NOT NULL,
	"mirror" text collate "C",
	"removed" smallint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "instance" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"root_key_id" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"policy" text collate "C" DEFAULT '{}' NOT NULL,
	"rotation" text collate "C",
	"generation" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mirror" (
	"environment" text collate "C" NOT NULL,
	"folder" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"base" text collate "C" DEFAULT '{}' NOT NULL,
	CONSTRAINT "mirror_environment_folder_pk" PRIMARY KEY("environment","folder")
);
--> statement-breakpoint
CREATE TABLE "root_key" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"state" text collate "C" NOT NULL,
	"derivation" text collate "C",
	"canary" text collate "C",
	"bridge" "bytea",
	"created_at" bigint,
	"retired_at" bigint,
	"kit_stored_at" bigint
);
--> statement-breakpoint
CREATE TABLE "token" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"hash" text collate "C" NOT NULL,
	"label" text collate "C" NOT NULL,
	"environments" text collate "C",
	"permissions" text collate "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text collate "C" NOT NULL,
	"creator" text collate "C",
	"expires_at" bigint,
	"revoked_at" bigint,
	"last_used_at" bigint,
	CONSTRAINT "token_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "version" (
	"environment" text collate "C" NOT NULL,
	"owner" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"version" integer NOT NULL,
	"current" smallint NOT NULL,
	"secret" smallint NOT NULL,
	"sealed" "bytea",
	"fingerprint" text collate "C",
	"restored_from" integer,
	"revision" bigint NOT NULL,
	"at" bigint NOT NULL,
	"by" text collate "C" NOT NULL,
	"message" text collate "C",
	CONSTRAINT "version_environment_owner_name_version_pk" PRIMARY KEY("environment","owner","name","version")
);
--> statement-breakpoint
CREATE TABLE "worker" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"host" text collate "C" NOT NULL,
	"pid" integer NOT NULL,
	"program" text collate "C" DEFAULT '' NOT NULL,
	"kind" text collate "C" DEFAULT 'server' NOT NULL,
	"environment" text collate "C",
	"revision" bigint NOT NULL,
	"inherited" text collate "C" DEFAULT '[]' NOT NULL,
	"remote" smallint DEFAULT 0 NOT NULL,
	"seen_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"account_id" text collate "C" NOT NULL,
	"provider_id" text collate "C" NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"access_token" text collate "C",
	"refresh_token" text collate "C",
	"id_token" text collate "C",
	"access_token_expires_at" bigint,
	"refresh_token_expires_at" bigint,
	"scope" text collate "C",
	"password" text collate "C",
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"expires_at" bigint NOT NULL,
	"token" text collate "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"ip_address" text collate "C",
	"user_agent" text collate "C",
	"user_id" text collate "C" NOT NULL,
	CONSTRAINT "session_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text collate "C" NOT NULL,
	"email" text collate "C" NOT NULL,
	"email_verified" smallint NOT NULL,
	"image" text collate "C",
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"role" text collate "C" NOT NULL,
	"claimed" smallint NOT NULL,
	CONSTRAINT "user_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verification" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"identifier" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"expires_at" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_test" ON "audit" USING btree ("target","environment") WHERE action = 'providers.test';--> statement-breakpoint
CREATE UNIQUE INDEX "data_key_current" ON "data_key" USING btree ("owner") WHERE current = 1;--> statement-breakpoint
CREATE UNIQUE INDEX "environment_name" ON "environment" USING btree ("name") WHERE removed = 0;--> statement-breakpoint
CREATE UNIQUE INDEX "root_key_current" ON "root_key" USING btree ("state") WHERE state = 'current';--> statement-breakpoint
CREATE UNIQUE INDEX "root_key_previous" ON "root_key" USING btree ("state") WHERE state = 'previous';--> statement-breakpoint
CREATE UNIQUE INDEX "version_current" ON "version" USING btree ("environment","owner","name") WHERE current = 1;--> statement-breakpoint
CREATE INDEX "account_user" ON "account" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "session_user" ON "session" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "user_claimed" ON "user" USING btree ("claimed") WHERE claimed = 1;--> statement-breakpoint
CREATE INDEX "verification_identifier" ON "verification" USING btree ("identifier");