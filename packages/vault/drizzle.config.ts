import { defineConfig } from "drizzle-kit";

export default defineConfig({
	dialect: "sqlite",
	schema: ["./src/storage/schema.ts", "./src/storage/auth-tables.ts"],
	out: "./drizzle",
	casing: "snake_case",
});
