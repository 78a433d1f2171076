/**
 * Every error a person or a program can meet, in one table: the server's status, whether a retry can help, what the
 * message says and how to mend it. Server, dashboard, command line and TROUBLESHOOTING.md derive from it. Messages name
 * settings, never values.
 */
import { type ErrorRow, row } from "./error-row.ts";
import { ACCESS_ERRORS } from "./errors-access.ts";

export type { ErrorRow, TransportCode } from "./error-row.ts";

export const ERRORS = {
	// Settings
	NAME_INVALID: row(
		"BAD_REQUEST",
		"{name} is not a legal setting name.",
		"Use an upper-case letter, then upper-case letters, digits or underscores, up to 128 in all.",
	),
	NAME_FORBIDDEN: row(
		"BAD_REQUEST",
		"{name} may not be saved: {detail}.",
		"Set it in the process that needs it, or choose another name.",
	),
	VALUE_EMPTY: row("BAD_REQUEST", "{name} has no value.", "Enter a value, or remove the setting."),
	VALUE_HAS_NUL: row("BAD_REQUEST", "The value of {name} has a NUL character.", "Copy the value again without it."),
	VALUE_HAS_CR: row(
		"BAD_REQUEST",
		"The value of {name} has a carriage return.",
		"Copy the value again with plain line ends (LF).",
	),
	VALUE_NOT_UNICODE: row(
		"BAD_REQUEST",
		"The value of {name} has half of a surrogate pair.",
		"Copy the value again from its source.",
	),
	VALUE_TOO_LONG: row(
		"PAYLOAD_TOO_LARGE",
		"The value of {name} is longer than 64 KiB.",
		"Keep the value in a file and save the file's path.",
	),
	VALUE_IS_MASK: row(
		"BAD_REQUEST",
		"The value of {name} looks like a mask, not a value.",
		"Enter the value itself, or leave the field blank to keep the saved one.",
	),
	NOT_SET: row("PRECONDITION_FAILED", "{name} is not set.", "Set it in AI Settings."),
	SETTING_NOT_FOUND: row("NOT_FOUND", "There is no saved setting {name}.", "Check the name and the environment."),
	VERSION_NOT_FOUND: row(
		"NOT_FOUND",
		"{name} has no version {detail} with a value.",
		"Choose one of the versions in its history.",
	),
	SETTINGS_UNFIT: row(
		"PRECONDITION_FAILED",
		"{name} does not fit what this application expects: {detail}.",
		"Save a value that does, or change the schema given to `hydrate`.",
	),
	DUPLICATE_NAME: row("BAD_REQUEST", "{name} is written twice in one save.", "Keep one of the two."),
	VERSION_CONFLICT: row(
		"CONFLICT",
		"Someone else saved {name} first.",
		"Look at the newer version, then save again if yours should replace it.",
	),
	IMPORT_REFUSED: row(
		"BAD_REQUEST",
		"{name} cannot be imported: {detail}.",
		"Mend the text, or choose from what its preview offers.",
	),
	IMPORT_CHANGED: row("CONFLICT", "{name} has changed since its preview.", "Look at the preview again, then import."),
	FILE_EXISTS: row("CONFLICT", "{name} exists already.", "Choose another name, or replace it with `--force`."),
	ENVIRONMENT_NOT_FOUND: row("NOT_FOUND", "There is no environment {name}.", "Choose one of the listed environments."),
	ENVIRONMENT_EXISTS: row("CONFLICT", "There is already an environment {name}.", "Choose another name."),
	ENVIRONMENT_INVALID: row(
		"BAD_REQUEST",
		"{name} cannot be the name of an environment: {detail}.",
		"Use another name: lower-case letters and digits in words joined by hyphens, up to 40 characters.",
	),

	// Keys and storage
	ROOT_KEY_MISSING: row(
		"INTERNAL_SERVER_ERROR",
		"The root key is missing, and there is data sealed under root key {detail}.",
		"Put the key back, or give the recovery kit in HOLDFAST_ROOT_KEY. No new key is made over existing data.",
	),
	ROOT_KEY_WRONG: row(
		"INTERNAL_SERVER_ERROR",
		"This is not the root key of this data: {detail}.",
		"Give the root key with the fingerprint that is named first, or its recovery kit.",
	),
	ROOT_KEY_MALFORMED: row(
		"INTERNAL_SERVER_ERROR",
		"The root key in {name} cannot be read: {detail}.",
		"It has to be 32 bytes in base64, or a recovery kit. Compare it with the copy you kept of it.",
	),
	ROOT_KEY_COMMAND_FAILED: row(
		"INTERNAL_SERVER_ERROR",
		"HOLDFAST_ROOT_KEY_COMMAND gives no root key: {detail}.",
		"Run that command by hand, as the user that runs Holdfast, and mend what it complains of.",
	),
	ROOT_KEY_PASSPHRASE_SHORT: row(
		"BAD_REQUEST",
		"The passphrase for the root key is too short: {detail}.",
		"Use at least 12 characters. One that is in use is in HOLDFAST_ROOT_KEY_PASSPHRASE as it was chosen.",
	),
	ROOT_KEY_UNWRITABLE: row(
		"INTERNAL_SERVER_ERROR",
		"The root key {name} cannot be made: {detail}.",
		"Let this user write to its folder, or name another file: to the command, or in HOLDFAST_ROOT_KEY_FILE.",
	),
	KIT_STORED: row(
		"PRECONDITION_FAILED",
		"The recovery kit of root key {name} was shown and confirmed to be stored.",
		"Print it again with `holdfast key kit` on the server's machine.",
	),
	KIT_WRONG: row(
		"PRECONDITION_FAILED",
		"This is the recovery kit of another root key: it is of {name}, and the current key is {detail}.",
		"Store the kit that `holdfast key kit` prints now, and confirm that one.",
	),
	ROTATION_UNDER_WAY: row(
		"CONFLICT",
		"A rotation of the {name} keys is under way.",
		"Wait until it is done; `holdfast key rotate` goes on with it.",
	),
	ROTATION_NEEDS_PASSPHRASE: row(
		"BAD_REQUEST",
		"The root key comes from a passphrase, and no new passphrase was given.",
		"Run `holdfast key rotate --passphrase`, which asks for one of at least 12 characters.",
	),
	BACKUP_FAILED: row(
		"SERVICE_UNAVAILABLE",
		"The backup {name} could not be made: {detail}.",
		"Mend the cause named here; nothing else was changed.",
		true,
	),
	BACKUP_NOT_FOUND: row("NOT_FOUND", "There is no backup {name}.", "List them with `holdfast backup list`."),
	BACKUP_DAMAGED: row(
		"PRECONDITION_FAILED",
		"The backup {name} is damaged: {detail}.",
		"Use another copy of it, or an older backup. Nothing was changed.",
	),
	RESTORE_FAILED: row(
		"SERVICE_UNAVAILABLE",
		"The backup {name} could not be restored: {detail}.",
		"Mend the cause named here; nothing was changed.",
		true,
	),
	RESTORE_OVERWRITES: row(
		"CONFLICT",
		"There is already a database at {name}.",
		"Move that folder away, or set HOLDFAST_DATA_DIR to an empty one. A restore overwrites nothing.",
	),
	VALUE_DAMAGED: row(
		"INTERNAL_SERVER_ERROR",
		"The saved value of {name} does not open: it was changed, moved or sealed under another key.",
		"Save the value again; earlier versions stay in the history.",
	),
	DATABASE_UNREADABLE: row(
		"INTERNAL_SERVER_ERROR",
		"The database cannot be used: {detail}.",
		"See TROUBLESHOOTING.md, database problems.",
	),
	DATABASE_TOO_OLD: row(
		"INTERNAL_SERVER_ERROR",
		"SQLite {detail} can corrupt a database that several processes use.",
		"Install the pinned better-sqlite3, which brings SQLite 3.51.3 or newer.",
	),
	DATABASE_BUSY: row("SERVICE_UNAVAILABLE", "The database is busy with other writers.", "Try again in a moment.", true),
	DATABASE_UNREACHABLE: row(
		"SERVICE_UNAVAILABLE",
		"The PostgreSQL database cannot be reached: {detail}.",
		"Check that it runs and that HOLDFAST_DATABASE_URL names it, then try again; whoever saved just then should look at the history first.",
		true,
	),
	DATABASE_NOT_EMPTY: row(
		"CONFLICT",
		"There is data in {name} already.",
		"Name an empty database. Moving overwrites nothing.",
	),
	DATABASE_IN_USE: row(
		"CONFLICT",
		"A server uses {name}, and what it saved from here on would be lost.",
		"Stop it first; after a crash, wait for half a minute.",
	),
	COPY_DIFFERS: row(
		"INTERNAL_SERVER_ERROR",
		"What was copied into {name} is not what was there to copy.",
		"Nothing was kept of the copy; look for whatever else writes into that database, and try again.",
	),
	NEEDS_SERVER: row(
		"PRECONDITION_FAILED",
		"The settings are in PostgreSQL.",
		"Set HOLDFAST_URL and HOLDFAST_TOKEN, for a server to give them.",
	),
	NO_VAULT: row(
		"PRECONDITION_FAILED",
		"There is no Holdfast data at {detail}.",
		"Run `holdfast start` there first, or set HOLDFAST_DATA_DIR to the folder that has it.",
	),
	NODE_TOO_OLD: row(
		"PRECONDITION_FAILED",
		"Node {detail} cannot load the database driver.",
		"Run this process on Node 22 or newer, or start it with `holdfast run -- …`.",
	),
	PORT_IN_USE: row(
		"INTERNAL_SERVER_ERROR",
		"Port {detail} is already in use.",
		"Stop the other process, or choose another port with HOLDFAST_PORT.",
	),
	SERVER_UNREACHABLE: row(
		"SERVICE_UNAVAILABLE",
		"No Holdfast server answers at {detail}.",
		"Start one there, or unset HOLDFAST_URL to use the data folder of this machine.",
		true,
	),
	OPTION_INVALID: row("BAD_REQUEST", "{name} is not usable: {detail}.", "See .env.example for what it accepts."),
	VALUE_FROM_ARGV: row(
		"BAD_REQUEST",
		"A value for {name} was given on the command line, where every process on this machine can read it.",
		"Leave it out and type it when asked, or pipe it in: `holdfast set {name} < file`.",
	),

	// .env files
	MIRROR_FAILED: row(
		"SERVICE_UNAVAILABLE",
		"{name} could not be written: {detail}.",
		"The value is saved; the file is retried. Mend the cause named here.",
		true,
	),
	FILE_UNSAFE: row(
		"PRECONDITION_FAILED",
		"{name} cannot be edited safely: {detail}.",
		"Mend the file by hand; it was left as it is.",
	),
	ENV_KEY_MISSING: row(
		"PRECONDITION_FAILED",
		"{name} is encrypted, and its private key is not here: {detail}.",
		"Put the key back into .env.keys beside the file. No new key is made over encrypted values.",
	),

	MIRROR_FILE_INVALID: row(
		"BAD_REQUEST",
		"{name} cannot be the file of an environment: {detail}.",
		"Name a file in the project folder, like .env.production or config/app.env.",
	),
	LINE_CHANGED: row(
		"CONFLICT",
		"{name} has changed since you looked, in the file or in Holdfast.",
		"Look at the values again, then choose.",
	),
	LINE_SETTLED: row("BAD_REQUEST", "{name} needs no choice: its line is as it should be.", "Leave it out."),
	ENVIRONMENT_FIXED: row(
		"BAD_REQUEST",
		"The environment {name} can be neither renamed nor removed.",
		"Every other environment inherits from it. Remove the settings in it instead.",
	),

	...ACCESS_ERRORS,

	// Providers
	PROVIDER_UNKNOWN: row("NOT_FOUND", "There is no provider {name}.", "Choose one of the listed providers."),
	PROVIDER_KEY_REFUSED: row(
		"BAD_GATEWAY",
		"{name} was refused by the provider.",
		"Check the key in AI Settings, or make a new one with the provider.",
	),
	PROVIDER_QUOTA: row(
		"BAD_GATEWAY",
		"The provider says that {name} has no quota left or is used too fast.",
		"Check billing with the provider, or wait.",
		true,
	),
	PROVIDER_MODEL: row("BAD_GATEWAY", "The provider has no model {detail} for this key.", "Choose another model."),
	PROVIDER_URL: row("BAD_GATEWAY", "{name} does not lead to an AI service.", "Check the base URL in AI Settings."),
	PROVIDER_LOCAL: row(
		"BAD_GATEWAY",
		"{name} leads into a local network, to a host that is not among those allowed.",
		"Allow it under System, local AI, or with `holdfast system configure --local-host`.",
	),
	PROVIDER_NETWORK: row(
		"BAD_GATEWAY",
		"The provider cannot be reached: {detail}.",
		"Check the network and the base URL.",
		true,
	),
	PROVIDER_TIMEOUT: row("GATEWAY_TIMEOUT", "The provider did not answer in time.", "Try again.", true),
	PROVIDER_FAILED: row("BAD_GATEWAY", "The provider failed: {detail}.", "Try again, or choose another model.", true),
	KEY_FOR_OTHER_URL: row(
		"PRECONDITION_FAILED",
		"The saved {name} was not saved for this base URL, so it is not sent there.",
		"Enter the key again together with the base URL.",
	),
	INTERNAL: row("INTERNAL_SERVER_ERROR", "Something failed inside Holdfast.", "Look at the server's log.", true),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;
