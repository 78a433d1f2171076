DROP INDEX `two_factor_user`;--> statement-breakpoint
ALTER TABLE `two_factor` ADD `last_step` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `two_factor_user` ON `two_factor` (`user_id`);