/** What stands under an opened row: in line with the row's own name. */
import type { ReactNode } from "react";

export function Inset({ children }: { children: ReactNode }) {
	return <div className="space-y-3 px-4 has-[>output:only-child:empty]:sr-only sm:pl-11">{children}</div>;
}
