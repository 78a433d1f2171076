DROP INDEX "two_factor_user";--> statement-breakpoint
ALTER TABLE "two_factor" ADD COLUMN "last_step" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "two_factor_user" ON "two_factor" USING btree ("user_id");