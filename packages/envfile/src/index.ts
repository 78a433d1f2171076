/** `.env` text: plan a line, edit a file without loss, prove the edit, replace the file whole. */
export { type Disk, errnoText } from "./disk.ts";
export {
	type EnvDocument,
	editDocument,
	entries,
	type ParseOptions,
	parseDocument,
	printDocument,
} from "./document.ts";
export { isEncrypted } from "./encrypted-value.ts";
export { type Exported, exportValues } from "./export.ts";
export { type Import, type ImportProblem, readImport } from "./import.ts";
export { readImportFile } from "./import-file.ts";
export { type LockOptions, withEnvFileLock } from "./lock.ts";
export { type MoveOptions, moveEnvFile } from "./move.ts";
export type { Entry, Note, Other, Segment } from "./parse.ts";
export { expansionWarnings, type Plan, planLine, READERS, type Reader } from "./plan.ts";
export { type EnvFile, readEnvFile, readEnvValues } from "./read.ts";
export { type ReplaceOptions, type ReplaceStatus, replaceFile, type Step } from "./replace.ts";
export { type UpdateOptions, type UpdateResult, updateEnvFile } from "./update.ts";
export { type Edit, verifyEdit } from "./verify.ts";
