/**
 * Where a call goes and with which key: the values the caller gives, with the catalogue's fallbacks. Nothing is read from
 * the process environment, and what cannot be sent safely (a URL with a user name in it, a key that fits no header, a
 * model id that would change the path) is refused before any request.
 */
import { AppError } from "@holdfast/contract";
import { type CatalogueSetting, nameOfKind, type Provider, settingOfKind } from "../catalogue.ts";

/** Hosts that may be on a local network: `name` or `name:port`, as URLs have them. */
export type LocalHosts = readonly string[];

/** Effective values by setting name, without the catalogue's fallbacks: those are applied here. */
export type Values = ReadonlyMap<string, string>;

export interface Connection {
	/** An http(s) URL without user name, query, fragment or final slash. */
	base: string;
	/** `null` for local AI without one. */
	key: string | null;
	/** `null` when neither the caller, a setting nor the catalogue names one. */
	model: string | null;
	/** Whether its host may be on a local network. */
	local: boolean;
}

export interface CallOptions {
	/** Hosts beside the usual ones of local AI that may be on a local network. */
	localHosts?: LocalHosts;
	signal?: AbortSignal | undefined;
}

/**
 * @throws AppError `NOT_SET` naming the first required setting without a value; `PROVIDER_URL`, `PROVIDER_KEY_REFUSED` or
 * `PROVIDER_MODEL` for values that no provider could take.
 */
export function connect(
	provider: Provider,
	values: Values,
	{ model, localHosts = [] }: { model?: string | undefined; localHosts?: LocalHosts } = {},
): Connection {
	for (const setting of provider.settings) {
		if (setting.required && given(setting, values) === null) throw new AppError("NOT_SET", { name: setting.name });
	}
	const key = sendableKey(provider, values);
	const chosen = model ?? given(settingOfKind(provider, "model"), values);
	if (chosen !== null) requireModelId(chosen, key);
	const base = baseUrl(provider, values);
	return { base, key, model: chosen, local: isNamed(provider, base, localHosts) };
}

/**
 * The model to use, once one is needed.
 * @throws AppError `NOT_SET` naming the model's setting.
 */
export function requireModel(provider: Provider, connection: Connection): string {
	if (connection.model !== null) return connection.model;
	throw new AppError("NOT_SET", { name: nameOfKind(provider, "model") });
}

function given(setting: CatalogueSetting | undefined, values: Values): string | null {
	if (setting === undefined) return null;
	return values.get(setting.name)?.trim() || setting.fallback || null;
}

function baseUrl(provider: Provider, values: Values): string {
	const text = given(settingOfKind(provider, "url"), values);
	const url = text === null ? null : URL.parse(text);
	if (url === null || !isServiceUrl(url) || url.search !== "" || url.hash !== "") {
		throw new AppError("PROVIDER_URL", { name: nameOfKind(provider, "url") });
	}
	return url.href.replace(/\/+$/, "");
}

/** Whether a base URL's host was named as a local one, or is where the provider's own program usually listens. */
function isNamed(provider: Provider, base: string, localHosts: LocalHosts): boolean {
	const { hostname, host, origin, port, protocol } = new URL(base);
	const usual = provider.settings.map(({ placeholder }) => placeholder && URL.parse(placeholder)?.origin);
	if (provider.kind === "local" && usual.includes(origin)) return true;
	const withPort = port === "" ? `${host}:${protocol === "https:" ? 443 : 80}` : host;
	return localHosts.some((named) => named === hostname || named === withPort);
}

/** Whether a request may go to this URL: http or https, and no user name or password in it. */
export function isServiceUrl(url: URL): boolean {
	return /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}

/** Header values are visible ASCII; an exception about any other would quote the key. */
function sendableKey(provider: Provider, values: Values): string | null {
	const key = given(settingOfKind(provider, "secret"), values);
	if (key !== null && !/^[\x21-\x7e]+$/.test(key)) {
		throw new AppError("PROVIDER_KEY_REFUSED", { name: nameOfKind(provider, "secret") });
	}
	return key;
}

/** Some providers take the model id in the path, and messages name it: it may neither leave the path nor hold the key. */
function requireModelId(model: string, key: string | null): void {
	const legal = /^[^\s?#\\%]{1,200}$/.test(model) && !model.includes("..");
	if (!legal || (key !== null && model.includes(key))) {
		throw new AppError("PROVIDER_MODEL", { detail: "by that name" });
	}
}
