DROP INDEX `audit_action`;--> statement-breakpoint
CREATE INDEX `audit_test` ON `audit` (`target`,`environment`) WHERE action = 'providers.test';--> statement-breakpoint
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
ALTER TABLE `mirror` ADD `base` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE TABLE `__new_version` (
	`environment` text NOT NULL,
	`owner` text NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`current` integer NOT NULL,
	`secret` integer NOT NULL,
	`sealed` blob,
	`fingerprint` text,
	`revision` integer NOT NULL,
	`at` integer NOT NULL,
	`by` text NOT NULL,
	`message` text,
	PRIMARY KEY(`environment`, `owner`, `name`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_version` SELECT "environment", "owner", "name", "version", "current", "secret", "sealed", "fingerprint", "revision", "at", "by", "message" FROM `version`;--> statement-breakpoint
DROP TABLE `version`;--> statement-breakpoint
ALTER TABLE `__new_version` RENAME TO `version`;--> statement-breakpoint
CREATE UNIQUE INDEX `version_current` ON `version` (`environment`,`owner`,`name`) WHERE current = 1;
