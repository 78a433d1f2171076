/** What was typed or chosen is not lost by accident: leaving the screen, its environment or the page asks first. */
import { useBlocker } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useEffect, useRef } from "react";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";

const Drafts = createContext<Set<string>>(new Set());

/** Tells the guard above whether this card holds something that is not saved. */
export function useGuarded(label: string, dirty: boolean): void {
	const drafts = useContext(Drafts);
	useEffect(() => {
		if (!dirty) return;
		drafts.add(label);
		return () => void drafts.delete(label);
	}, [drafts, label, dirty]);
}

export function UnsavedGuard({ children }: { children: ReactNode }) {
	const drafts = useRef(new Set<string>()).current;
	const blocker = useBlocker({
		shouldBlockFn: ({ current, next }) => {
			const sameScreen = current.pathname === next.pathname && environmentOf(current) === environmentOf(next);
			return drafts.size > 0 && !sameScreen;
		},
		enableBeforeUnload: () => drafts.size > 0,
		withResolver: true,
	});
	return (
		<Drafts value={drafts}>
			{children}
			{blocker.status === "blocked" && (
				<Dialog title="Leave without saving?" onClose={blocker.reset}>
					<p className="text-muted">
						What you entered for {new Intl.ListFormat("en").format(drafts)} is not saved and will be gone.
					</p>
					<Answers>
						<Button autoFocus onClick={blocker.reset}>
							Stay
						</Button>
						<Button look="danger" onClick={blocker.proceed}>
							Discard and leave
						</Button>
					</Answers>
				</Dialog>
			)}
		</Drafts>
	);
}

function environmentOf({ search }: { search: object }): unknown {
	return "env" in search ? search.env : undefined;
}
