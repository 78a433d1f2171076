/** `npm test`: install what is needed and run every test. `SLOW=1` deepens the counts. */
import { runStages, tests } from "./stages.mjs";
import { build, install } from "./workspace.mjs";

const step = (name, act) => ({
	name,
	act: () =>
		act().then(
			() => ({ ok: true, output: "" }),
			(error) => ({ ok: false, output: error.message }),
		),
});

await runStages([
	step("install", install),
	step("build", build),
	tests("units and properties", "unit*"),
	tests("server and command line", "server"),
	tests("PostgreSQL, running, killed, paused and cut off", "postgres*"),
	tests("kill -9 at each step of a save", "crash"),
	tests("the dashboard in a real browser", "browser"),
]);
