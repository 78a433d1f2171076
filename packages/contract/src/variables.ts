/**
 * The variables Holdfast itself reads, from the process environment or else from `.env`. `.env.example` is generated from
 * this table, and `@holdfast/config` reads no other.
 */
export interface Variable {
	name: `HOLDFAST_${string}`;
	/** What applies when it is unset, as text for people. */
	fallback: string;
	about: string;
	secret?: true;
}

export const VARIABLES = [
	{
		name: "HOLDFAST_DATA_DIR",
		fallback: "the nearest .holdfast folder at or above the working directory, else ./.holdfast",
		about: "The folder with the database and, unless it is kept elsewhere, the root key.",
	},
	{
		name: "HOLDFAST_DATABASE_URL",
		fallback: "holdfast.db in the data folder",
		about:
			"The address of a PostgreSQL database (postgres://user:password@host/name), to serve from several machines. The data folder stays for the root key, backups and locks.",
		secret: true,
	},
	{
		name: "HOLDFAST_ROOT_KEY",
		fallback: "the key in HOLDFAST_ROOT_KEY_FILE",
		about: "The root key itself: 32 bytes in base64, or a recovery kit. Everything saved is sealed under it.",
		secret: true,
	},
	{
		name: "HOLDFAST_ROOT_KEY_COMMAND",
		fallback: "unset",
		about:
			"A command that prints the root key, such as one of a key management service or a password manager. Read from the process environment only.",
	},
	{
		name: "HOLDFAST_ROOT_KEY_PASSPHRASE",
		fallback: "unset",
		about:
			"A passphrase that the root key is derived from with scrypt, at least 12 characters. Each start takes longer.",
		secret: true,
	},
	{
		name: "HOLDFAST_ROOT_KEY_FILE",
		fallback: "root.key in the data folder, made on the very first start",
		about: "The file with the root key. Keep it on another disk than the backups of the database.",
	},
	{
		name: "HOLDFAST_BACKUP_DIR",
		fallback: "backups in the data folder",
		about: "The folder for backups. Best on another disk than the data folder.",
	},
	{ name: "HOLDFAST_PORT", fallback: "7420", about: "The port the server listens on; 0 takes any free one." },
	{
		name: "HOLDFAST_HOST",
		fallback: "127.0.0.1",
		about: "The address the server listens on. Anything but loopback needs TLS in front of it.",
	},
	{
		name: "HOLDFAST_ALLOWED_HOSTS",
		fallback: "localhost, 127.0.0.1 and [::1]",
		about: "Further host names, separated by commas, under which browsers may reach the server.",
	},
	{
		name: "HOLDFAST_ALLOWED_ORIGINS",
		fallback: "only the dashboard's own origin",
		about: "Further origins, separated by commas, whose pages may call the API.",
	},
	{
		name: "HOLDFAST_PUBLIC_URL",
		fallback: "http://localhost:<port>",
		about: "The address people open, when a proxy stands in front. An https address makes cookies secure.",
	},
	{
		name: "HOLDFAST_TLS_CERT",
		fallback: "unset: plain HTTP",
		about: "A file with the server's certificate in PEM, its chain included. Read anew when it changes.",
	},
	{
		name: "HOLDFAST_TLS_KEY",
		fallback: "unset: plain HTTP",
		about: "A file with the private key of that certificate, in PEM.",
	},
	{
		name: "HOLDFAST_TRUSTED_PROXIES",
		fallback: "none",
		about:
			"Addresses and ranges (10.0.0.0/8), separated by commas, of proxies in front. Only from these is X-Forwarded-For believed.",
	},
	{
		name: "HOLDFAST_CALLS_PER_MINUTE",
		fallback: "6000",
		about: "How many calls a minute one person or one service token may make to this server.",
	},
	{
		name: "HOLDFAST_SMTP_URL",
		fallback: "unset: no mail is sent, and people get their links from whoever invites them",
		about:
			"The mail server, smtps://user:password@host or smtp://user:password@host:587. Without TLS, mail is handed only to a server on this machine.",
		secret: true,
	},
	{
		name: "HOLDFAST_MAIL_FROM",
		fallback: "unset; needed with HOLDFAST_SMTP_URL",
		about: "Whom mail comes from: holdfast@example.com or Holdfast <holdfast@example.com>.",
	},
	{
		name: "HOLDFAST_OIDC_ISSUER",
		fallback: "unset: people sign in with a password or a passkey",
		about:
			"An OpenID Connect provider to sign in with, by the address before its /.well-known/openid-configuration. It redirects to <public url>/auth/callback/oidc.",
	},
	{
		name: "HOLDFAST_OIDC_CLIENT_ID",
		fallback: "unset; needed with HOLDFAST_OIDC_ISSUER",
		about: "The client id that this provider gave to Holdfast.",
	},
	{
		name: "HOLDFAST_OIDC_CLIENT_SECRET",
		fallback: "unset: a public client, by PKCE alone",
		about: "The client secret that goes with it.",
		secret: true,
	},
	{
		name: "HOLDFAST_OIDC_NAME",
		fallback: "the host name of the issuer",
		about: "What the button says after “Sign in with”.",
	},
	{
		name: "HOLDFAST_OIDC_SCOPES",
		fallback: "openid email profile",
		about: "What is asked of it, separated by spaces. Some providers tell of groups when asked for `groups` as well.",
	},
	{
		name: "HOLDFAST_OIDC_ROLES",
		fallback: "unset: it signs in whoever has an account or an invitation",
		about:
			"Which role its people get by the groups it says they are in, decided anew at each sign-in: ops=admin, devs=editor, *=viewer. The most counts; whoever matches none is refused.",
	},
	{
		name: "HOLDFAST_OIDC_GROUPS_CLAIM",
		fallback: "groups",
		about: "The claim of the ID token that says which groups someone is in.",
	},
	{
		name: "HOLDFAST_ENVIRONMENT",
		fallback: "default",
		about: "The environment that `holdfast run` and @holdfast/config hydrate.",
	},
	{
		name: "HOLDFAST_PRECEDENCE",
		fallback: "saved",
		about: "`saved`: a saved value replaces an inherited variable. `process`: the inherited variable wins.",
	},
	{
		name: "HOLDFAST_LOG_LEVEL",
		fallback: "info",
		about: "How much the server logs: debug, info, warn, error or silent.",
	},
	{
		name: "HOLDFAST_URL",
		fallback: "unset: the command line and @holdfast/config open the data folder themselves",
		about:
			"The address of a running server that the command line and @holdfast/config ask instead. A token from the process environment is never sent to an address from .env.",
	},
	{
		name: "HOLDFAST_TOKEN",
		fallback: "unset",
		about: "The service token that they send to HOLDFAST_URL.",
		secret: true,
	},
] as const satisfies readonly Variable[];

export type VariableName = (typeof VARIABLES)[number]["name"];

/** Read from the process environment alone, and refused in a project's `.env`: no line there may say what is run. */
export const PROCESS_ONLY: VariableName = "HOLDFAST_ROOT_KEY_COMMAND";
