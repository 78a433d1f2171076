/** The credential of a token, shown this once, with how a program gets it. */
import { DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { CreatedToken } from "@holdfast/contract/schemas";
import type { ReactNode } from "react";
import { CopyButton } from "../ui/copy-button.tsx";
import { ShownOnce } from "../ui/shown-once.tsx";

interface CredentialProps {
	created: CreatedToken;
	title: string;
	/** What else there is to know of it. */
	children?: ReactNode;
	onClose(): void;
}

export function Credential({ created, title, children, onClose }: CredentialProps) {
	return (
		<ShownOnce
			title={title}
			about="Copy its credential to where it is used. It is shown this once."
			secret={created.token}
			what="the credential"
			done="I stored it"
			leaving="Once this closes, nobody can see the credential again. Press Escape once more if you have stored it."
			onClose={onClose}
		>
			{children}
			<Example token={created} />
		</ShownOnce>
	);
}

/** How a program gets it, without the credential in a command line, where other programs and the shell's history see it. */
function Example({ token }: { token: CreatedToken }) {
	const lines = exampleOf(token, window.location.origin);
	return (
		<div className="space-y-2">
			<p className="text-muted">
				Programs take it from their environment. In a shell, <code className="text-sm">read</code> waits for you to
				paste it, and keeps it out of the command line and the history:
			</p>
			<div className="flex items-start gap-2 rounded-md border border-line px-3 py-2">
				<pre className="min-w-0 flex-1 text-sm [overflow-wrap:anywhere] whitespace-pre-wrap">
					<code>{lines}</code>
				</pre>
				<CopyButton as="bare" text={lines} what="the example" />
			</div>
		</div>
	);
}

function exampleOf({ environments, permissions }: CreatedToken, origin: string): string {
	const environment = environments?.includes(DEFAULT_ENVIRONMENT) ? undefined : environments?.[0];
	const asked = permissions.includes("settings.reveal") ? "holdfast run -- node app.js" : "holdfast list";
	return [
		`export HOLDFAST_URL=${origin}`,
		...(environment === undefined ? [] : [`export HOLDFAST_ENVIRONMENT=${environment}`]),
		"read -rs HOLDFAST_TOKEN && export HOLDFAST_TOKEN",
		...(permissions.includes("settings.see") ? [asked] : []),
	].join("\n");
}
