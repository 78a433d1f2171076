PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_environment` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`revision` integer NOT NULL,
	`edition` integer NOT NULL,
	`snapshot` blob NOT NULL,
	`mirror` text,
	`removed` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_environment`("id", "name", "revision", "edition", "snapshot") SELECT "name", "name", "revision", "edition", "snapshot" FROM `environment`;--> statement-breakpoint
DROP TABLE `environment`;--> statement-breakpoint
ALTER TABLE `__new_environment` RENAME TO `environment`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `environment_name` ON `environment` (`name`) WHERE removed = 0;--> statement-breakpoint
ALTER TABLE `mirror` ADD `base` text DEFAULT '{}' NOT NULL;