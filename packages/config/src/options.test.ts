import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VARIABLES } from "@holdfast/contract";
import { testFolder } from "@holdfast/vault/test";
import { describe, expect, test } from "vitest";
import { readOptions } from "./options.ts";
import { readServerOptions } from "./server-options.ts";

test("with nothing set, everything has its stated fallback", () => {
	using folder = testFolder();

	expect(readOptions({}, folder.path)).toEqual({
		dataDir: join(folder.path, ".holdfast"),
		databaseUrl: null,
		projectDir: folder.path,
		rootKey: { text: null, command: null, passphrase: null, file: join(folder.path, ".holdfast", "root.key") },
		backupDir: join(folder.path, ".holdfast", "backups"),
		port: 7420,
		host: "127.0.0.1",
		allowedHosts: [],
		allowedOrigins: [],
		publicUrl: null,
		environment: "default",
		precedence: "saved",
		logLevel: "info",
		url: null,
		token: null,
		processEnv: new Map(),
		envFile: new Map(),
	});
});

test("each variable is read from the process, else from .env, where an empty one counts as unset", () => {
	using folder = testFolder();
	writeFileSync(join(folder.path, ".env"), "HOLDFAST_PORT=1000\nHOLDFAST_HOST=::1\nOTHER=1\n");

	const options = readOptions({ HOLDFAST_PORT: "2000", HOLDFAST_HOST: "" }, folder.path);

	expect(options.port).toBe(2000);
	expect(options.host).toBe("::1");
	expect([...options.envFile.keys()]).toEqual(["HOLDFAST_PORT", "HOLDFAST_HOST", "OTHER"]);
});

test("each listed variable changes some option", () => {
	using folder = testFolder();
	const samples: Partial<Record<string, string>> = {
		HOLDFAST_PORT: "1",
		HOLDFAST_PRECEDENCE: "process",
		HOLDFAST_LOG_LEVEL: "debug",
		HOLDFAST_PUBLIC_URL: "https://a.test",
		HOLDFAST_ALLOWED_ORIGINS: "https://a.test",
		HOLDFAST_URL: "http://a.test:1",
		HOLDFAST_TRUSTED_PROXIES: "10.0.0.0/8",
		HOLDFAST_CALLS_PER_MINUTE: "1",
		HOLDFAST_SMTP_URL: "smtps://other.test",
		HOLDFAST_MAIL_FROM: "other@a.test",
		HOLDFAST_OIDC_ISSUER: "https://other.test",
		HOLDFAST_OIDC_ROLES: "*=viewer",
	};
	// Each is nothing without the others of its kind.
	const tls = { HOLDFAST_TLS_CERT: "cert.pem", HOLDFAST_TLS_KEY: "key.pem" };
	const mail = { HOLDFAST_SMTP_URL: "smtps://mail.test", HOLDFAST_MAIL_FROM: "keys@a.test" };
	const oidc = { HOLDFAST_OIDC_ISSUER: "https://sso.test", HOLDFAST_OIDC_CLIENT_ID: "holdfast" };
	const read = (env: Record<string, string>) => {
		const options = readOptions(env, folder.path);
		return JSON.stringify([options, readServerOptions(options, { ...tls, ...mail, ...oidc, ...env })]);
	};
	const unset = read({});

	for (const { name } of VARIABLES) expect(read({ [name]: samples[name] ?? "sample" }), name).not.toBe(unset);
});

test("what only a server reads comes from the process or else from .env, and is refused where it is not usable", () => {
	using folder = testFolder();
	writeFileSync(join(folder.path, ".env"), "HOLDFAST_TRUSTED_PROXIES=10.0.0.0/8, ::1\nHOLDFAST_TLS_KEY=tls/key.pem\n");
	const options = readOptions({}, folder.path);
	const read = (env: Record<string, string>) => readServerOptions(options, env);

	expect(read({ HOLDFAST_TLS_CERT: "/etc/cert.pem" })).toEqual({
		trustedProxies: ["10.0.0.0/8", "::1"],
		tls: { cert: "/etc/cert.pem", key: join(folder.path, "tls", "key.pem") },
		callsPerMinute: 6000,
		mail: null,
		oidc: null,
	});
	const refused = (env: Record<string, string>, name: string) =>
		expect(() => read({ HOLDFAST_TLS_CERT: "c", ...env })).toThrow(
			expect.objectContaining({ code: "OPTION_INVALID", fields: expect.objectContaining({ name }) }),
		);
	expect(() => read({})).toThrow(
		expect.objectContaining({ fields: expect.objectContaining({ name: "HOLDFAST_TLS_CERT" }) }),
	);
	for (const bad of ["proxy.lan", "10.0.0.0/99", "*"])
		refused({ HOLDFAST_TRUSTED_PROXIES: bad }, "HOLDFAST_TRUSTED_PROXIES");
	for (const bad of ["0", "-1", "many", "1.5"])
		refused({ HOLDFAST_CALLS_PER_MINUTE: bad }, "HOLDFAST_CALLS_PER_MINUTE");
});

test("a mail server and an OpenID Connect provider are read whole, or refused without their secrets", () => {
	using folder = testFolder();
	const read = (env: Record<string, string>) => readServerOptions(readOptions({}, folder.path), env);
	const mail = { HOLDFAST_SMTP_URL: "smtp://me:hush@mail.test:587", HOLDFAST_MAIL_FROM: "Holdfast <keys@a.test>" };
	const oidc = { HOLDFAST_OIDC_ISSUER: "https://sso.test/realms/a/", HOLDFAST_OIDC_CLIENT_ID: "holdfast" };

	expect(read({ ...mail, ...oidc })).toMatchObject({
		mail: { url: "smtp://me:hush@mail.test:587", from: "Holdfast <keys@a.test>" },
		oidc: {
			issuer: "https://sso.test/realms/a",
			clientSecret: null,
			name: "sso.test",
			scopes: ["openid", "email", "profile"],
			roles: null,
			groupsClaim: "groups",
		},
	});
	const { roles } = read({ ...oidc, HOLDFAST_OIDC_ROLES: "a=b=admin, *=viewer" }).oidc ?? {};
	expect([...(roles ?? [])]).toEqual([
		["a=b", "admin"],
		["*", "viewer"],
	]);
	const bad: [name: string, env: Record<string, string>][] = [
		["HOLDFAST_MAIL_FROM", { ...mail, HOLDFAST_MAIL_FROM: "" }],
		["HOLDFAST_MAIL_FROM", { ...mail, HOLDFAST_MAIL_FROM: "keys@a.test\r\nBcc: all@b.test" }],
		["HOLDFAST_SMTP_URL", { ...mail, HOLDFAST_SMTP_URL: "http://me:hush@mail.test" }],
		["HOLDFAST_SMTP_URL", { ...mail, HOLDFAST_SMTP_URL: "hush" }],
		["HOLDFAST_OIDC_ISSUER", { ...oidc, HOLDFAST_OIDC_ISSUER: "http://sso.test" }],
		["HOLDFAST_OIDC_ISSUER", { ...oidc, HOLDFAST_OIDC_ISSUER: "sso.test" }],
		["HOLDFAST_OIDC_CLIENT_ID", { ...oidc, HOLDFAST_OIDC_CLIENT_ID: "" }],
		["HOLDFAST_OIDC_ROLES", { ...oidc, HOLDFAST_OIDC_ROLES: "devs=king" }],
		["HOLDFAST_OIDC_ROLES", { ...oidc, HOLDFAST_OIDC_ROLES: "devs" }],
	];
	for (const [name, env] of bad) {
		const refused = { code: "OPTION_INVALID", message: expect.not.stringContaining("hush") };
		expect(() => read(env), name).toThrow(
			expect.objectContaining({ ...refused, fields: expect.objectContaining({ name }) }),
		);
	}
});

test("what is run to get the root key is never read from a project's .env, and is not passed over in silence there", () => {
	using folder = testFolder();
	writeFileSync(join(folder.path, ".env"), "HOLDFAST_ROOT_KEY_COMMAND=touch ran\n");

	for (const env of [{}, { HOLDFAST_ROOT_KEY_COMMAND: "true" }])
		expect(() => readOptions(env, folder.path)).toThrow(
			expect.objectContaining({
				code: "OPTION_INVALID",
				message: expect.stringMatching(/^HOLDFAST_ROOT_KEY_COMMAND .*process environment alone, and stands in \.env/),
			}),
		);
	writeFileSync(join(folder.path, ".env"), "");
	expect(readOptions({ HOLDFAST_ROOT_KEY_COMMAND: "true" }, folder.path).rootKey.command).toBe("true");
});

test("a token of the process is not sent to a server that a project's .env names", () => {
	using folder = testFolder();
	const file = join(folder.path, ".env");
	const [here, there] = ["https://here.test", "https://there.test"];
	writeFileSync(file, `HOLDFAST_URL=${there}\n`);

	const read = (env: Record<string, string>) => readOptions(env, folder.path);
	for (const env of [{ HOLDFAST_TOKEN: "hf_own" }, { HOLDFAST_TOKEN: "hf_own", HOLDFAST_URL: "" }]) {
		expect(() => read(env)).toThrow(
			expect.objectContaining({ code: "OPTION_INVALID", message: expect.not.stringContaining("hf_own") }),
		);
	}
	expect(read({ HOLDFAST_TOKEN: "hf_own", HOLDFAST_URL: here })).toMatchObject({ url: here, token: "hf_own" });
	writeFileSync(file, `HOLDFAST_URL=${there}\nHOLDFAST_TOKEN=hf_there\n`);
	expect(read({})).toMatchObject({ url: there, token: "hf_there" });
	expect(() => read({ HOLDFAST_TOKEN: "hf_own" })).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
});

test("the process environment is kept as it was, without Holdfast's own and without what is empty", () => {
	using folder = testFolder();
	const { processEnv } = readOptions({ A: "1", B: "", C: undefined, HOLDFAST_TOKEN: "t" }, folder.path);

	expect([...processEnv]).toEqual([["A", "1"]]);
});

describe("where the project is", () => {
	test("the nearest folder at or above with a .holdfast in it", () => {
		using folder = testFolder();
		const below = join(folder.path, "a", "b");
		mkdirSync(below, { recursive: true });
		mkdirSync(join(folder.path, ".holdfast"));

		expect(readOptions({}, below).projectDir).toBe(folder.path);
		mkdirSync(join(folder.path, "a", ".holdfast"));
		expect(readOptions({}, below).projectDir).toBe(join(folder.path, "a"));
	});

	test("the working directory when HOLDFAST_DATA_DIR says where the data is; the root key is then beside the data", () => {
		using folder = testFolder();
		mkdirSync(join(folder.path, ".holdfast"));
		const below = join(folder.path, "a");
		mkdirSync(below);

		const options = readOptions({ HOLDFAST_DATA_DIR: "../elsewhere" }, below);

		expect(options.projectDir).toBe(below);
		expect(options.dataDir).toBe(join(folder.path, "elsewhere"));
		expect(options.rootKey.file).toBe(join(folder.path, "elsewhere", "root.key"));
	});
});

describe("what is not usable is refused by name, without its text", () => {
	test.each([
		["HOLDFAST_PORT", "70000"],
		["HOLDFAST_PORT", "12ab"],
		["HOLDFAST_PORT", "-1"],
		["HOLDFAST_PRECEDENCE", "shell"],
		["HOLDFAST_LOG_LEVEL", "loud"],
		["HOLDFAST_PUBLIC_URL", "example.test"],
		["HOLDFAST_URL", "file:///etc/passwd"],
		["HOLDFAST_TOKEN", "hf_one\nhf_two"],
		["HOLDFAST_ALLOWED_ORIGINS", "https://a.test, b"],
	])("%s=%s", (name, text) => {
		using folder = testFolder();
		const read = () => readOptions({ [name]: text }, folder.path);

		expect(read).toThrow(
			expect.objectContaining({ code: "OPTION_INVALID", fields: expect.objectContaining({ name }) }),
		);
		expect(read).toThrow(expect.not.objectContaining({ message: expect.stringContaining(text) }));
	});
});

test("lists are split at commas, hosts in lower case, addresses cut to their origin", () => {
	using folder = testFolder();
	const options = readOptions(
		{
			HOLDFAST_ALLOWED_HOSTS: " A.test, b.test ,,",
			HOLDFAST_ALLOWED_ORIGINS: "https://a.test/path, http://b.test:80",
			HOLDFAST_PUBLIC_URL: "https://keys.test/holdfast/",
		},
		folder.path,
	);

	expect(options.allowedHosts).toEqual(["a.test", "b.test"]);
	expect(options.allowedOrigins).toEqual(["https://a.test", "http://b.test"]);
	expect(options.publicUrl).toBe("https://keys.test");
});
