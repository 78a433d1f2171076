/** After the claim, and for as long as nobody said that it is stored: the recovery kit, to be put on paper. */
import { Link, useNavigate } from "@tanstack/react-router";
import { Entrance } from "../session/entrance.tsx";
import { KitView } from "./kit-view.tsx";
import { Stored } from "./stored.tsx";

export function KitScreen() {
	const navigate = useNavigate();
	return (
		<Entrance
			wide
			title="Keep this key"
			about="It is the recovery kit, the root key for paper: when the server’s own copy is lost, only this opens your settings and backups. Print it or write it down, and keep it apart from the server, because it opens them for anyone who has both."
		>
			<KitView
				otherwise={
					<Link to="/settings" className="link font-medium">
						Go to AI settings
					</Link>
				}
			>
				{({ fingerprint }) => (
					<div className="space-y-3 border-t border-line pt-4">
						<p className="text-muted">Once you say that it is stored, it is not shown here again.</p>
						<div className="flex flex-wrap items-center gap-x-4 gap-y-2">
							<Stored fingerprint={fingerprint} onStored={() => void navigate({ to: "/settings" })} />
							<Link to="/settings" className="link text-muted">
								Later
							</Link>
						</div>
					</div>
				)}
			</KitView>
		</Entrance>
	);
}
