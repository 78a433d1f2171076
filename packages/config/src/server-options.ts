/** What only a server reads of Holdfast's variables, beside `options.ts`: kept apart, so that applications do not load it. */
import { resolve } from "node:path";
import { AppError, type VariableName } from "@holdfast/contract";
import { AddressRanges } from "@holdfast/contract/addresses";
import { listOf, type Options } from "./options.ts";

export interface ServerOptions {
	/** Addresses and ranges of proxies whose word is taken for where a request came from. */
	trustedProxies: string[];
	/** The files to serve TLS with; `null` for plain HTTP. */
	tls: { cert: string; key: string } | null;
	/** How many calls a minute one person or service token may make. */
	callsPerMinute: number;
}

/** @throws AppError `OPTION_INVALID`, naming the variable. */
export function readServerOptions(
	{ envFile, projectDir }: Pick<Options, "envFile" | "projectDir">,
	env: Readonly<Record<string, string | undefined>> = process.env,
): ServerOptions {
	const read = (name: VariableName) => env[name] || envFile.get(name) || null;
	const [cert, key] = [read("HOLDFAST_TLS_CERT"), read("HOLDFAST_TLS_KEY")];
	if ((cert === null) !== (key === null)) {
		const name = cert === null ? "HOLDFAST_TLS_CERT" : "HOLDFAST_TLS_KEY";
		throw new AppError("OPTION_INVALID", { name, detail: "it is needed as well, for the other half of the pair" });
	}
	return {
		trustedProxies: proxiesOf(listOf(read("HOLDFAST_TRUSTED_PROXIES"))),
		tls: cert === null || key === null ? null : { cert: resolve(projectDir, cert), key: resolve(projectDir, key) },
		callsPerMinute: callsOf(read("HOLDFAST_CALLS_PER_MINUTE") ?? "6000"),
	};
}

function proxiesOf(ranges: string[]): string[] {
	const bad = ranges.find((range) => !isRange(range));
	if (bad === undefined) return ranges;
	const detail = `${JSON.stringify(bad.slice(0, 60))} is neither an address nor a range like 10.0.0.0/8`;
	throw new AppError("OPTION_INVALID", { name: "HOLDFAST_TRUSTED_PROXIES", detail });
}

function isRange(text: string): boolean {
	try {
		return Boolean(new AddressRanges([text]));
	} catch {
		return false;
	}
}

function callsOf(text: string): number {
	if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
	throw new AppError("OPTION_INVALID", { name: "HOLDFAST_CALLS_PER_MINUTE", detail: "it is no whole number above 0" });
}
