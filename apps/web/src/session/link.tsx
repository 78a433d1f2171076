/** What is at a link: it is asked what it is for before anything is typed, and says so when it is of no use any more. */
import type { LinkKind, OpenedLink } from "@holdfast/contract/schemas";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { describe } from "../failure.ts";
import { client } from "../trpc.ts";
import { Notice } from "../ui/notice.tsx";
import { Entrance } from "./entrance.tsx";
import { linkCode } from "./link-code.ts";

type State = { opened: OpenedLink } | { error: unknown } | null;

export function WithLink({ kind, children }: { kind: LinkKind; children: (opened: OpenedLink) => ReactNode }) {
	const [state, setState] = useState<State>(null);
	useEffect(() => {
		let wanted = true;
		client.session.openLink.mutate({ kind, code: linkCode }).then(
			(opened) => wanted && setState({ opened }),
			(error: unknown) => wanted && setState({ error }),
		);
		return () => {
			wanted = false;
		};
	}, [kind]);
	if (state === null) return <p className="sr-only">Opening the link</p>;
	if ("opened" in state) return children(state.opened);
	return (
		<Entrance title="This link opens nothing" about="If you have an account already, sign in as always.">
			<Notice tone="bad" role="alert">
				{describe(state.error).sentence}
			</Notice>
			<p className="mt-6">
				<Link to="/sign-in" search={{}} className="underline">
					Sign in
				</Link>
			</p>
		</Entrance>
	);
}
