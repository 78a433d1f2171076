ALTER TABLE `worker` ADD `program` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `worker` ADD `kind` text DEFAULT 'server' NOT NULL;--> statement-breakpoint
ALTER TABLE `worker` ADD `environment` text;--> statement-breakpoint
ALTER TABLE `worker` ADD `inherited` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `worker` ADD `remote` integer DEFAULT false NOT NULL;