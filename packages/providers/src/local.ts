/**
 * AI on the user's own machine or network, as data. The base URL is required and has no fallback: reaching into a network
 * is allowed only by a setting that names the host. The usual address is shown as a placeholder.
 */
import type { CatalogueSetting, Provider } from "./catalogue.ts";

const modelSetting = (name: string): CatalogueSetting => ({
	name,
	label: "Model",
	kind: "model",
	required: false,
	hint: "The model that answers when a chat names no other, as the server lists it.",
});

export const LOCAL_PROVIDERS: readonly Provider[] = [
	{
		id: "ollama",
		label: "Ollama",
		kind: "local",
		docs: "https://ollama.com/download",
		settings: [
			{
				name: "OLLAMA_BASE_URL",
				label: "Base URL",
				kind: "url",
				required: true,
				placeholder: "http://127.0.0.1:11434",
				hint: "Where Ollama listens: usually http://127.0.0.1:11434.",
			},
			modelSetting("OLLAMA_MODEL"),
		],
		models: [],
	},
	{
		id: "lmstudio",
		label: "LM Studio",
		kind: "local",
		docs: "https://lmstudio.ai/docs/developer/core/server",
		settings: [
			{
				name: "LMSTUDIO_BASE_URL",
				label: "Base URL",
				kind: "url",
				required: true,
				placeholder: "http://127.0.0.1:1234/v1",
				hint: "Where LM Studio's server listens: usually http://127.0.0.1:1234/v1.",
			},
			modelSetting("LMSTUDIO_MODEL"),
		],
		models: [],
	},
	{
		id: "local",
		label: "OpenAI-compatible server",
		kind: "local",
		docs: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
		settings: [
			{
				name: "LOCAL_AI_BASE_URL",
				label: "Base URL",
				kind: "url",
				required: true,
				placeholder: "http://127.0.0.1:8000/v1",
				hint: "The address below which the server has chat/completions: vLLM, llama.cpp, LiteLLM and others.",
			},
			{
				name: "LOCAL_AI_API_KEY",
				label: "API key",
				kind: "secret",
				required: false,
				hint: "Only if the server asks for one.",
			},
			modelSetting("LOCAL_AI_MODEL"),
		],
		models: [],
	},
];
