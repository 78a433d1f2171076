/** Leads to the Drift screen from wherever a file is said to be behind; the environment goes along in the address. */
import { Link } from "@tanstack/react-router";

export function DriftLink() {
	return (
		<Link to="/drift" className="link font-medium whitespace-nowrap">
			Open Drift
		</Link>
	);
}
