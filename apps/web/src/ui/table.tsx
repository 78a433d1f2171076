/** What tables have in common whose rows restack on a narrow screen: the head, which is then for those who listen alone. */

interface TableHeadProps {
	columns: readonly string[];
	/** Whether something stands above the table in its frame. */
	ruled?: boolean;
	/** Whether each row ends with what can be done about it. */
	acts?: boolean;
	/** For a table of many columns, whose rows restack below 768 pixels already: `max-md` in the place of `max-sm`. */
	many?: boolean;
}

export function TableHead({ columns, ruled = false, acts = false, many = false }: TableHeadProps) {
	return (
		<thead
			className={`${ruled ? "border-y" : "border-b"} border-line bg-sunken text-xs whitespace-nowrap text-muted ${many ? "max-md:sr-only" : "max-sm:sr-only"}`}
		>
			<tr>
				{columns.map((column) => (
					<th key={column} scope="col" className="h-8 px-3 font-medium first:pl-4">
						{column}
					</th>
				))}
				{acts && (
					<th scope="col">
						<span className="sr-only">Acts</span>
					</th>
				)}
			</tr>
		</thead>
	);
}

/** The classes of a cell in such a table. */
export const CELL = "px-3 py-2.5 align-top max-sm:px-0 max-sm:py-0";
/** The same, of one with many columns. */
export const CELL_OF_MANY = "px-3 py-2.5 align-top max-md:px-0 max-md:py-0";
