/** Columns of text, each as wide as its widest cell. A plain value may have several lines, and is kept on one. */
export function table(head: string[], rows: string[][]): string {
	const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("\n", "⏎")));
	const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
	return all
		.map((row) =>
			row
				.map((cell, i) => cell.padEnd(widths[i] ?? 0))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}
