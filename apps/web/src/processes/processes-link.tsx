/** Leads to the processes that an environment's values are for, or to what each of them has of one setting. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { concerned } from "./workers.ts";

interface ProcessesLinkProps {
	environment: string;
	name?: string;
	children: ReactNode;
}

export function ProcessesLink({ environment, name, children }: ProcessesLinkProps) {
	return (
		<Link to="/processes" search={{ only: concerned(environment).environment, name }} className="link font-medium">
			{children}
		</Link>
	);
}
