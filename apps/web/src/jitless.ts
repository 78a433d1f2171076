/** Imported first: zod otherwise probes `Function()`, which the content security policy reports as a violation. */
import { z } from "zod";

z.config({ jitless: true });
