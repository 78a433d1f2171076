/** While a screen loads: grey bars where rows will be, said once to those who listen. */
export function Loading({ rows, what }: { rows: number; what: string }) {
	return (
		<div aria-busy="true" className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
			<output className="sr-only">Loading {what}</output>
			{Array.from({ length: rows }, (_, row) => row).map((row) => (
				<div key={row} aria-hidden="true" className="flex h-14 items-center gap-4 px-4">
					<div className="h-3 w-32 rounded-sm bg-sunken" />
					<div className="ml-auto h-3 w-20 rounded-sm bg-sunken" />
				</div>
			))}
		</div>
	);
}
