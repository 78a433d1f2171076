/** The catalogue of AI providers and their settings: pure data that a browser can load. */
export * from "./catalogue.ts";
