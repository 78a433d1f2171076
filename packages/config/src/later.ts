/** What only some applications ask for, in a file that is loaded when they do: what every one loads stays small by that. */
export { explain } from "./explain.ts";
export { turboHint } from "./findings.ts";
export { fit } from "./fit.ts";
export { readRemote } from "./remote.ts";
export { reportFirst } from "./report.ts";
export { watch } from "./watch.ts";
