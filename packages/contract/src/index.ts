/** The tables and types that every part of Holdfast shares. Pure, and light enough to load while an application boots. */
export * from "./app-error.ts";
export * from "./errors.ts";
export * from "./export-formats.ts";
export * from "./follow.ts";
export * from "./giving.ts";
export * from "./names.ts";
export * from "./permissions.ts";
export * from "./readers.ts";
export * from "./roles.ts";
export * from "./secret.ts";
export * from "./values.ts";
export * from "./variables.ts";
