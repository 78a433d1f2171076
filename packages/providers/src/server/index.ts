/**
 * The calls to AI providers. Importing this loads no SDK: each is loaded by the first call that needs it, so that a server
 * starts quickly.
 */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Provider } from "../catalogue.ts";
import { connect, type LocalHosts, requireModel, type Values } from "./connection.ts";
import { modelOf } from "./dialect.ts";

export { type ChatPart, type ChatRequest, streamChat } from "./chat.ts";
export type { Values } from "./connection.ts";
export { providerFailure } from "./failure.ts";
export { listModels } from "./models.ts";
export { testProvider } from "./trial.ts";

/**
 * The AI SDK's model for these values, for code that wants more than `streamChat`. It makes no request.
 * @throws AppError `NOT_SET` naming the setting that has no value.
 */
export async function languageModel(
	provider: Provider,
	values: Values,
	options: { model?: string; localHosts?: LocalHosts } = {},
): Promise<LanguageModelV4> {
	const connection = connect(provider, values, options);
	return modelOf(provider, connection, requireModel(provider, connection));
}
