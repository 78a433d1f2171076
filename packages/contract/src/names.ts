/**
 * Which names a setting may have. One table, asked by save, import and hydrate alike, so that a name that is refused in
 * one place can never slip in through another.
 */

/** A legal name: an upper-case letter, then up to 127 upper-case letters, digits or underscores. */
export const NAME_PATTERN = /^[A-Z][A-Z0-9_]{0,127}$/;

/** A legal environment name: a slug of up to 40 characters. It becomes part of a file name, so it is kept narrow. */
export const ENVIRONMENT_PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const ENVIRONMENT_MAX_LENGTH = 40;
export const DEFAULT_ENVIRONMENT = "default";

/**
 * Names that change how a process runs or where it places its trust, and Holdfast's own. A trailing `*` matches any rest,
 * a leading one any beginning.
 */
export const FORBIDDEN_NAMES: ReadonlyArray<{ pattern: string; because: string }> = [
	{ pattern: "HOLDFAST_*", because: "Holdfast reads it for itself" },
	{ pattern: "NODE_OPTIONS", because: "it makes every Node process load other code" },
	{ pattern: "NODE_PATH", because: "it makes every Node process load other code" },
	{ pattern: "NODE_EXTRA_CA_CERTS", because: "it changes which servers are trusted" },
	{ pattern: "NODE_REPL_EXTERNAL_MODULE", because: "it makes Node's prompt load other code" },
	{ pattern: "NODE_DEBUG", because: "it makes Node print what it sends and receives" },
	{ pattern: "NODE_V8_COVERAGE", because: "it makes every Node process write files" },
	{ pattern: "NODE_TLS_REJECT_UNAUTHORIZED", because: "it turns off the check of server certificates" },
	{ pattern: "SSL_CERT_*", because: "it changes which servers are trusted" },
	{ pattern: "CURL_CA_BUNDLE", because: "it changes which servers are trusted" },
	{ pattern: "REQUESTS_CA_BUNDLE", because: "it changes which servers are trusted" },
	{ pattern: "SSLKEYLOGFILE", because: "it makes programs write down the keys of their encrypted connections" },
	{ pattern: "OPENSSL_CONF", because: "it makes programs load other code for encryption" },
	{ pattern: "OPENSSL_ENGINES", because: "it makes programs load other code for encryption" },
	{ pattern: "OPENSSL_MODULES", because: "it makes programs load other code for encryption" },
	{ pattern: "PATH", because: "it decides which programs run" },
	{ pattern: "HOME", because: "it decides which personal files programs read" },
	{ pattern: "SHELL", because: "it decides which shell runs" },
	{ pattern: "IFS", because: "it changes how a shell reads commands" },
	{ pattern: "LD_*", because: "it makes programs load other libraries" },
	{ pattern: "DYLD_*", because: "it makes programs load other libraries" },
	{ pattern: "GCONV_PATH", because: "it makes programs load other libraries" },
	{ pattern: "BASH_ENV", because: "it makes every bash script run other code" },
	{ pattern: "BASH_FUNC_*", because: "it defines functions in every bash script" },
	{ pattern: "ENV", because: "it makes every shell run other code" },
	{ pattern: "PROMPT_COMMAND", because: "it makes every bash prompt run other code" },
	{ pattern: "PS4", because: "it makes every shell that traces run other code" },
	{ pattern: "GIT_*", because: "it makes git run other programs" },
	{ pattern: "PYTHON*", because: "it makes every Python process load other code" },
	{ pattern: "PERL5*", because: "it makes every Perl process load other code" },
	{ pattern: "RUBY*", because: "it makes every Ruby process load other code" },
	{ pattern: "JAVA_TOOL_OPTIONS", because: "it makes every Java process load other code" },
	{ pattern: "JDK_JAVA_OPTIONS", because: "it makes every Java process load other code" },
	{ pattern: "*_PROXY", because: "it sends network traffic elsewhere" },
	{ pattern: "NPM_*", because: "it changes what npm installs and runs" },
];

/** The whole table as one expression, which answers at once for the names that may be saved: nearly all. */
const FORBIDDEN = new RegExp(
	`^(?:${FORBIDDEN_NAMES.map(({ pattern }) => pattern.replace("*", ".*")).join("|")})$`,
	"s",
);

function matches(pattern: string, name: string): boolean {
	if (pattern.startsWith("*")) return name.endsWith(pattern.slice(1));
	if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
	return name === pattern;
}

/** Why this name may not be saved or hydrated, whatever its case; `null` when it may. */
export function forbiddenBecause(name: string): string | null {
	const upper = name.toUpperCase();
	if (!FORBIDDEN.test(upper)) return null;
	return FORBIDDEN_NAMES.find(({ pattern }) => matches(pattern, upper))?.because ?? null;
}

/**
 * Environment names whose file `.env.<name>` means something else to other tools: what is saved there would be committed,
 * shadow every other environment, or replace the file of another tool.
 */
export const RESERVED_ENVIRONMENTS: ReadonlyArray<{ name: string; because: string }> = [
	{ name: "example", because: ".env.example is committed, to show which settings there are" },
	{ name: "sample", because: ".env.sample is committed, to show which settings there are" },
	{ name: "template", because: ".env.template is committed, to show which settings there are" },
	{ name: "dist", because: ".env.dist is committed, to show which settings there are" },
	{ name: "schema", because: ".env.schema is committed, to say what each setting is" },
	{ name: "defaults", because: ".env.defaults is committed, with values for everyone" },
	{ name: "local", because: "frameworks read .env.local ahead of the file of every environment" },
	{ name: "vault", because: ".env.vault has the encrypted values of dotenv-vault" },
	{ name: "keys", because: ".env.keys has the private keys of dotenvx" },
];

/** Why an environment may not be called this; `null` when it may. */
export function environmentNameProblem(name: string): string | null {
	if (name.length > ENVIRONMENT_MAX_LENGTH) return `it is longer than ${ENVIRONMENT_MAX_LENGTH} characters`;
	if (!ENVIRONMENT_PATTERN.test(name)) return "it is not lower-case words joined by hyphens";
	return RESERVED_ENVIRONMENTS.find((reserved) => reserved.name === name)?.because ?? null;
}

/** The file of an environment in the project folder: `.env` for `default`, `.env.production` for `production`. */
export function envFileName(environment: string): string {
	return environment === DEFAULT_ENVIRONMENT ? ".env" : `.env.${environment}`;
}
