/**
 * The cloud providers, as data. Names are those the provider's own SDK reads where there is one; model ids and base URLs
 * are those of the AI SDK's catalogues and the providers' API references. Each needs a key; base URL and model have
 * defaults, but for Azure, where every customer has an endpoint of their own.
 */
import type { CatalogueSetting, Provider } from "./catalogue.ts";

interface CloudFacts {
	id: string;
	label: string;
	docs: string;
	/** What the names of its settings begin with. */
	stem: string;
	baseUrl: string;
	keyHint: string;
	prefix?: string;
	/** Pairs of id and label, the default first. */
	models: readonly [defaultModel: [string, string], ...others: [string, string][]];
}

function cloud({ id, label, docs, stem, baseUrl, keyHint, prefix, models }: CloudFacts): Provider {
	const key: CatalogueSetting = {
		name: `${stem}_API_KEY`,
		label: `${label} API key`,
		kind: "secret",
		required: true,
		hint: keyHint,
	};
	return {
		id,
		label,
		kind: "cloud",
		docs,
		settings: [
			prefix === undefined ? key : { ...key, prefix },
			{
				name: `${stem}_BASE_URL`,
				label: "Base URL",
				kind: "url",
				required: false,
				fallback: baseUrl,
				hint: `Leave it unset to use ${label} itself; set it to go through a gateway.`,
			},
			{
				name: `${stem}_MODEL`,
				label: "Model",
				kind: "model",
				required: false,
				fallback: models[0][0],
				hint: "The model that answers when a chat names no other.",
			},
		],
		models: models.map(([model, name]) => ({ id: model, label: name })),
	};
}

const AZURE: Provider = {
	id: "azure",
	label: "Azure OpenAI",
	kind: "cloud",
	docs: "https://ai.azure.com",
	settings: [
		{
			name: "AZURE_OPENAI_API_KEY",
			label: "Azure OpenAI API key",
			kind: "secret",
			required: true,
			hint: "Key 1 or Key 2 of your Azure OpenAI resource, under Keys and Endpoint.",
		},
		{
			name: "AZURE_OPENAI_ENDPOINT",
			label: "Endpoint",
			kind: "url",
			required: true,
			placeholder: "https://my-resource.openai.azure.com",
			hint: "The endpoint of your Azure OpenAI resource, shown beside its keys.",
		},
		{
			name: "AZURE_OPENAI_DEPLOYMENT",
			label: "Deployment",
			kind: "model",
			required: false,
			fallback: "gpt-5.4-mini",
			hint: "The name of the deployment that answers; Azure names it after the model unless you chose another.",
		},
	],
	models: [
		{ id: "gpt-5.4-mini", label: "GPT-5.4 mini" },
		{ id: "gpt-5.4", label: "GPT-5.4" },
		{ id: "gpt-4.1", label: "GPT-4.1" },
	],
};

export const CLOUD_PROVIDERS: readonly Provider[] = [
	cloud({
		id: "google",
		label: "Google Gemini",
		docs: "https://aistudio.google.com/apikey",
		stem: "GOOGLE",
		baseUrl: "https://generativelanguage.googleapis.com/v1beta",
		keyHint: "A Gemini API key from Google AI Studio.",
		prefix: "AIza",
		models: [
			["gemini-3.8-flash", "Gemini 3.8 Flash"],
			["gemini-4-argon", "Gemini 4 Argon"],
			["gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite"],
			["gemini-flash-latest", "Gemini Flash, latest"],
		],
	}),
	cloud({
		id: "openai",
		label: "OpenAI",
		docs: "https://platform.openai.com/api-keys",
		stem: "OPENAI",
		baseUrl: "https://api.openai.com/v1",
		keyHint: "A project key from the OpenAI platform.",
		prefix: "sk-",
		models: [
			["gpt-6-luna", "GPT-6 Luna"],
			["gpt-6.1-sol", "GPT-6.1 Sol"],
			["gpt-6-astra", "GPT-6 Astra"],
			["gpt-5.4-mini", "GPT-5.4 mini"],
		],
	}),
	cloud({
		id: "anthropic",
		label: "Anthropic",
		docs: "https://console.anthropic.com/settings/keys",
		stem: "ANTHROPIC",
		baseUrl: "https://api.anthropic.com",
		keyHint: "A key from the Claude Console.",
		prefix: "sk-ant-",
		models: [
			["claude-sonnet-5-5", "Claude Sonnet 5.5"],
			["claude-opus-5-5", "Claude Opus 5.5"],
			["claude-haiku-5-5", "Claude Haiku 5.5"],
		],
	}),
	cloud({
		id: "mistral",
		label: "Mistral",
		docs: "https://console.mistral.ai/api-keys",
		stem: "MISTRAL",
		baseUrl: "https://api.mistral.ai/v1",
		keyHint: "A key from Mistral's console.",
		models: [
			["mistral-medium-latest", "Mistral Medium"],
			["mistral-large-latest", "Mistral Large"],
			["mistral-small-latest", "Mistral Small"],
			["codestral-latest", "Codestral"],
		],
	}),
	cloud({
		id: "groq",
		label: "Groq",
		docs: "https://console.groq.com/keys",
		stem: "GROQ",
		baseUrl: "https://api.groq.com/openai/v1",
		keyHint: "A key from the Groq console.",
		prefix: "gsk_",
		models: [
			["openai/gpt-oss-120b", "GPT-OSS 120B"],
			["openai/gpt-oss-20b", "GPT-OSS 20B"],
			["llama-3.3-70b-versatile", "Llama 3.3 70B"],
			["llama-3.1-8b-instant", "Llama 3.1 8B"],
		],
	}),
	cloud({
		id: "deepseek",
		label: "DeepSeek",
		docs: "https://platform.deepseek.com/api_keys",
		stem: "DEEPSEEK",
		baseUrl: "https://api.deepseek.com",
		keyHint: "A key from the DeepSeek platform.",
		prefix: "sk-",
		models: [
			["deepseek-flash", "DeepSeek Flash"],
			["deepseek-v4-pro", "DeepSeek V4 Pro"],
		],
	}),
	cloud({
		id: "xai",
		label: "xAI",
		docs: "https://console.x.ai",
		stem: "XAI",
		baseUrl: "https://api.x.ai/v1",
		keyHint: "A key from the xAI console.",
		prefix: "xai-",
		models: [
			["grok-4.7", "Grok 4.7"],
			["grok-4.5", "Grok 4.5"],
			["grok-latest", "Grok, latest"],
		],
	}),
	cloud({
		id: "openrouter",
		label: "OpenRouter",
		docs: "https://openrouter.ai/settings/keys",
		stem: "OPENROUTER",
		baseUrl: "https://openrouter.ai/api/v1",
		keyHint: "A key from OpenRouter's settings.",
		prefix: "sk-or-",
		models: [
			["openrouter/auto", "Auto (OpenRouter chooses)"],
			["openai/gpt-5.4-mini", "OpenAI GPT-5.4 mini"],
			["google/gemini-2.5-flash", "Google Gemini 2.5 Flash"],
		],
	}),
	cloud({
		id: "cohere",
		label: "Cohere",
		docs: "https://dashboard.cohere.com/api-keys",
		stem: "COHERE",
		baseUrl: "https://api.cohere.com/v2",
		keyHint: "A trial or production key from Cohere's dashboard.",
		models: [
			["command-a-03-2025", "Command A"],
			["command-a-reasoning-08-2025", "Command A Reasoning"],
			["command-r7b-12-2024", "Command R7B"],
		],
	}),
	cloud({
		id: "together",
		label: "Together AI",
		docs: "https://api.together.ai/settings/api-keys",
		stem: "TOGETHER",
		baseUrl: "https://api.together.xyz/v1",
		keyHint: "A key from Together AI's settings.",
		models: [
			["meta-llama/Llama-3.3-70B-Instruct-Turbo", "Llama 3.3 70B Turbo"],
			["deepseek-ai/DeepSeek-V3", "DeepSeek V3"],
			["Qwen/Qwen2.5-Coder-32B-Instruct", "Qwen 2.5 Coder 32B"],
		],
	}),
	AZURE,
];
