/** Why the OpenID Connect provider sent people back without what they went for. The address is free of it at once. */
import { errorMessage } from "@holdfast/contract";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { isErrorCode, Refused } from "../failure.ts";

/** The server's own codes that people meet, beside those of the contract. */
const SENTENCES: Readonly<Record<string, string>> = {
	account_not_linked: errorMessage("OIDC_UNKNOWN"),
	account_already_linked_to_different_user: "That identity is connected to somebody else's account.",
	access_denied: "The provider was told not to go on.",
};

export function useBroughtBack(): Refused | null {
	const navigate = useNavigate();
	const { error } = useSearch({ strict: false });
	const [refused] = useState(() => (error === undefined ? null : new Refused(sentenceOf(error))));
	useEffect(() => {
		if (error === undefined) return;
		const without = { error: undefined, error_description: undefined };
		void navigate({ to: ".", search: (kept) => ({ ...kept, ...without }), replace: true });
	}, [navigate, error]);
	return refused;
}

function sentenceOf(code: string): string {
	if (isErrorCode(code)) return errorMessage(code);
	return SENTENCES[code] ?? "That did not work at the provider. Try again, or take another way.";
}
