CREATE TABLE `backup` (
	`id` text PRIMARY KEY NOT NULL,
	`file` text NOT NULL,
	`at` integer NOT NULL,
	`revision` integer NOT NULL,
	`size` integer NOT NULL,
	`root_key_id` text NOT NULL,
	`by` text NOT NULL,
	`drill` text
);
--> statement-breakpoint
CREATE TABLE `root_key` (
	`id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`derivation` text,
	`canary` text,
	`bridge` blob,
	`created_at` integer,
	`retired_at` integer,
	`kit_stored_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `root_key_current` ON `root_key` (`state`) WHERE state = 'current';--> statement-breakpoint
CREATE UNIQUE INDEX `root_key_previous` ON `root_key` (`state`) WHERE state = 'previous';--> statement-breakpoint
DROP INDEX `data_key_owner_unique`;--> statement-breakpoint
ALTER TABLE `data_key` ADD `current` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `data_key` ADD `generation` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `data_key_current` ON `data_key` (`owner`) WHERE current = 1;--> statement-breakpoint
ALTER TABLE `instance` ADD `policy` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `instance` ADD `rotation` text;--> statement-breakpoint
ALTER TABLE `instance` ADD `generation` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `version` ADD `restored_from` integer;--> statement-breakpoint
ALTER TABLE `token` ADD `creator` text;--> statement-breakpoint
UPDATE `token` SET "creator" = (SELECT "actor" FROM `audit` WHERE "action" = 'tokens.create' AND "details" ->> 'id' = `token`."id");--> statement-breakpoint
INSERT INTO `root_key`("id", "state") SELECT "root_key_id", 'current' FROM `instance`;
