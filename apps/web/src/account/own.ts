/** What the Account screen knows of the person, asked for again after each change. */
import { queryClient, trpc } from "../trpc.ts";

export async function refreshOwn(): Promise<void> {
	const keys = [trpc.session.me.queryKey(), trpc.session.list.queryKey(), trpc.session.passkeys.queryKey()];
	await Promise.all(keys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}
