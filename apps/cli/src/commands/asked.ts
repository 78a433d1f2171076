/** The option that most commands share: which environment they are about. */
import { readOptions } from "@holdfast/config/options";
import { Option } from "commander";

export interface Asked {
	environment?: string;
}

export function environmentOption(): Option {
	return new Option("-e, --environment <name>", "the environment (HOLDFAST_ENVIRONMENT, else default)");
}

/** The options with the environment that was asked for, else the one that the process or `.env` names. Empty means unset. */
export function inEnvironment<T extends Asked>(options: T): T & { environment: string } {
	return { ...options, environment: options.environment || readOptions().environment };
}
