/** A boxed remark beside what it is about: a failure that interrupts (role alert), or a quieter warning. */
import { Link } from "@tanstack/react-router";
import { CircleAlert, TriangleAlert } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { describe } from "../failure.ts";

const TONES = {
	bad: { box: "border-bad-line bg-bad-wash", icon: <CircleAlert className="text-bad-mark" /> },
	warn: { box: "border-warn-line bg-warn-wash", icon: <TriangleAlert className="text-warn-mark" /> },
} as const;

interface NoticeProps {
	tone: keyof typeof TONES;
	role?: "alert";
	/** Without the icon, where the content brings a shape of its own. */
	bare?: boolean;
	children: ReactNode;
	/** What can be done about it, at the end. */
	actions?: ReactNode;
}

export function Notice({ tone, role, bare = false, children, actions }: NoticeProps) {
	return (
		<div role={role} className={`flex items-start gap-3 rounded-md border px-3 py-2.5 ${TONES[tone].box}`}>
			{!bare && (
				<span aria-hidden="true" className="mt-0.5 [&_svg]:size-4">
					{TONES[tone].icon}
				</span>
			)}
			<div className="min-w-0 flex-1 space-y-2 break-words">
				<div>{children}</div>
				{actions && <div className="flex flex-wrap gap-2">{actions}</div>}
			</div>
		</div>
	);
}

interface FailureNoticeProps {
	error: unknown;
	/** The provider whose card mends it, where there is one. */
	provider?: string;
	actions?: ReactNode;
}

/** An error as its one sentence; the words that name a screen lead there. */
export function FailureNotice({ error, provider, actions }: FailureNoticeProps) {
	const { sentence, code } = describe(error);
	return (
		<Notice tone="bad" role="alert" actions={actions}>
			<Linked sentence={sentence} provider={provider} signedOut={code === "SIGNED_OUT"} />
		</Notice>
	);
}

function Linked({
	sentence,
	provider,
	signedOut,
}: {
	sentence: string;
	provider?: string | undefined;
	signedOut: boolean;
}) {
	const words = signedOut ? "Sign in" : "AI Settings";
	const [before, ...after] = sentence.split(words);
	if (after.length === 0) return <Coded text={sentence} />;
	return (
		<Fragment>
			<Coded text={before ?? ""} />
			{signedOut ? (
				<Link to="/sign-in" className="link font-medium">
					{words}
				</Link>
			) : (
				<Link to="/settings" {...(provider ? { hash: provider } : {})} className="link font-medium">
					{words}
				</Link>
			)}
			<Coded text={after.join(words)} />
		</Fragment>
	);
}

/** A sentence of the server's, with what stands between backticks as code: a command or a file to be copied as it is. */
export function Coded({ text }: { text: string }) {
	return text.split("`").map((part, i) =>
		i % 2 === 0 ? (
			part
		) : (
			<code key={part} className="text-sm [overflow-wrap:anywhere]">
				{part}
			</code>
		),
	);
}
