/** `import "@holdfast/config/register"` as an application's first import: saved values are in `process.env` from then on. */
import { hydrate } from "./hydrate.ts";

hydrate();
