/** Where a path leads nowhere, and where a screen broke. Each says so and offers the way on. */
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Entrance } from "../session/entrance.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Page } from "../ui/page.tsx";

const BROKEN = { title: "This page could not be shown", about: "Nothing was changed." };

export function NotFound() {
	return (
		<Entrance title="There is no such page" about="The address leads nowhere in this dashboard.">
			<Link to="/settings" className="link font-medium">
				Go to AI settings
			</Link>
		</Entrance>
	);
}

/** For what broke before the shell stood: the server did not say who this is. */
export function BrokenEntrance(props: ErrorComponentProps) {
	return (
		<Entrance {...BROKEN}>
			<Again {...props} />
		</Entrance>
	);
}

/** For a screen inside the shell. */
export function BrokenScreen(props: ErrorComponentProps) {
	return (
		<Page {...BROKEN}>
			<Again {...props} />
		</Page>
	);
}

function Again({ error, reset }: ErrorComponentProps) {
	const router = useRouter();
	return (
		<LoadFailed
			error={error}
			onRetry={() => {
				reset();
				void router.invalidate();
			}}
		/>
	);
}
