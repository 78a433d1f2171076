import { defineConfig } from "drizzle-kit";

export default defineConfig({
	dialect: "postgresql",
	schema: ["./src/storage/postgres/schema.ts", "./src/storage/postgres/auth-tables.ts"],
	out: "./drizzle-postgres",
	casing: "snake_case",
});
