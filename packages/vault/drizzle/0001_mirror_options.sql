ALTER TABLE `environment` ADD `mirror` text;--> statement-breakpoint
ALTER TABLE `environment` ADD `removed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `mirror` ADD `base` text DEFAULT '{}' NOT NULL;