/** The recovery kit's text in its groups: `HOLDFAST1`, then twelve, the last one shorter. */
export function groupsOf(kit: string): string[] {
	return kit.split("-");
}
