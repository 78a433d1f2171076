/** System: whether the instance is well, its keys, its backups, how long things are kept, and where AI may be local. */
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { Page } from "../ui/page.tsx";
import { Backups } from "./backups.tsx";
import { Findings } from "./findings.tsx";
import { Kept } from "./kept.tsx";
import { LocalHosts } from "./local-hosts.tsx";
import { RootKey } from "./root-key.tsx";
import { useSystem } from "./system.ts";

export function SystemScreen() {
	const system = useSystem();
	return (
		<Page title="System" about="The keys above every value, the backups, and what to do about either.">
			<div className="space-y-6">
				{system.error && <LoadFailed error={system.error} onRetry={() => void system.refetch()} />}
				{system.data ? (
					<>
						<Findings findings={system.data.findings} />
						<RootKey view={system.data} />
						<Backups view={system.data} />
						<Kept policy={system.data.policy} />
						<LocalHosts hosts={system.data.policy.localHosts} />
					</>
				) : (
					!system.error && <Loading rows={6} what="the state of the system" />
				)}
			</div>
		</Page>
	);
}
