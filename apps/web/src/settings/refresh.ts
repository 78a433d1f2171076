/** After a change, made here or told of by the watch: what the screens know of settings, files and processes, and the revision in the shell, is asked for again. */
import { queryClient, trpc } from "../trpc.ts";

export async function refreshSettings(): Promise<void> {
	await Promise.all([
		queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.providers.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.environments.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.mirrors.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.workers.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.audit.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.health.queryKey() }),
	]);
}
