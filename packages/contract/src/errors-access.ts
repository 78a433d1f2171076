/** The errors of getting in and of what one may do: the part of the table in errors.ts about access. */
import { type ErrorRow, row } from "./error-row.ts";

export const ACCESS_ERRORS = {
	SIGNED_OUT: row("UNAUTHORIZED", "You are not signed in.", "Sign in, or send a service token."),
	TOKEN_REFUSED: row(
		"UNAUTHORIZED",
		"This service token is unknown, expired, revoked, or not for use from here.",
		"Create a new one with `holdfast token create`, or look at its addresses with `holdfast token list`.",
	),
	NOT_ALLOWED: row("FORBIDDEN", "You may not do this: it needs {detail}.", "Ask an owner of this instance."),
	PROOF_NEEDED: row(
		"FORBIDDEN",
		"This asks for a proof that it is you, no older than ten minutes.",
		"Confirm it in the dashboard with your password, a code or a passkey, then try again.",
	),
	SECOND_FACTOR_NEEDED: row(
		"FORBIDDEN",
		"A password alone does not prove who you are: your account has a second factor.",
		"Use a code of your authenticator app, a recovery code or a passkey.",
	),
	CODE_WRONG: row(
		"UNAUTHORIZED",
		"This code is wrong, too old, or was used before.",
		"Wait for the next code of your authenticator app, or take another recovery code.",
	),
	SECOND_FACTOR_ON: row("CONFLICT", "Your account has a second factor.", "Turn it off before you set up another one."),
	SECOND_FACTOR_OFF: row("PRECONDITION_FAILED", "Your account has no second factor.", "Set one up first."),
	PASSKEY_REFUSED: row(
		"UNAUTHORIZED",
		"This passkey is not accepted.",
		"Try again at the address Holdfast was set up for, with a passkey of your account that asks who you are.",
	),
	PASSKEY_NOT_FOUND: row("NOT_FOUND", "There is no such passkey.", "Choose one of the listed passkeys."),
	TOKEN_NOT_FOUND: row("NOT_FOUND", "There is no service token {name}.", "List them with `holdfast token list`."),
	TOKEN_ENDED: row(
		"CONFLICT",
		"The service token {name} is expired or revoked, and a rotation does not bring it back.",
		"Create a new one.",
	),
	PERSON_NOT_FOUND: row("NOT_FOUND", "There is no such person here.", "Choose one of the listed people."),
	PEOPLE_ONLY: row(
		"FORBIDDEN",
		"This is for people who are signed in, about their own account.",
		"Sign in to the dashboard, or name the person with `holdfast people`.",
	),
	SESSION_NOT_FOUND: row("NOT_FOUND", "There is no such session.", "Choose one of the listed sessions."),
	LAST_OWNER: row(
		"PRECONDITION_FAILED",
		"{name} is the last owner of this instance.",
		"Make someone else an owner first.",
	),
	OWNER_NARROWED: row(
		"BAD_REQUEST",
		"An owner's role is the same in every environment.",
		"Make them an administrator, or leave their role as it is everywhere.",
	),
	PERSON_EXISTS: row(
		"CONFLICT",
		"Someone with this email address has an account already.",
		"Change their role instead, or use another address.",
	),
	LINK_NOT_FOUND: row("NOT_FOUND", "There is no open link {name}.", "Choose one of the listed links that is open."),
	LINK_INVALID: row("FORBIDDEN", "This link was used, revoked or is too old.", "Ask whoever sent it for a new one."),
	OIDC_UNKNOWN: row(
		"FORBIDDEN",
		"Nobody here goes by what the provider says of you.",
		"Ask for an invitation; or, if you have an account, sign in as before and connect the provider there.",
	),
	OIDC_EMAIL_UNVERIFIED: row(
		"FORBIDDEN",
		"The provider has not verified your email address.",
		"Have it verified there, then sign in again.",
	),
	OIDC_NOT_ALLOWED: row(
		"FORBIDDEN",
		"None of your groups at the provider has a role here.",
		"Ask whoever runs this server which group you should be in.",
	),
	LAST_WAY_IN: row(
		"PRECONDITION_FAILED",
		"Without it you could not sign in any more.",
		"Set a password or add a passkey first.",
	),
	CLAIM_CODE_WRONG: row(
		"FORBIDDEN",
		"This is not the claim code.",
		"Copy the code that the server printed in its terminal.",
	),
	ALREADY_CLAIMED: row("CONFLICT", "This instance already has an owner.", "Sign in instead."),
	ORIGIN_REFUSED: row(
		"FORBIDDEN",
		"This request came from another site.",
		"Open the dashboard at its own address, or add the site to HOLDFAST_ALLOWED_ORIGINS.",
	),
	HOST_REFUSED: row("FORBIDDEN", "This host name is not one of this server's.", "Add it to HOLDFAST_ALLOWED_HOSTS."),
	NOT_JSON: row("BAD_REQUEST", "The request is not JSON.", "Send Content-Type: application/json."),
	TOO_LARGE: row("PAYLOAD_TOO_LARGE", "The request is too large.", "Send less in one request."),
	RATE_LIMITED: row("TOO_MANY_REQUESTS", "Too many tries.", "Wait a minute, then try again.", true),
	INPUT_INVALID: row("BAD_REQUEST", "The request is not as it should be: {detail}.", "Correct the named fields."),
	NO_SUCH_PROCEDURE: row("NOT_FOUND", "There is no such procedure.", "Check the path and the method."),
} as const satisfies Record<string, ErrorRow>;
