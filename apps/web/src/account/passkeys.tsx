/** The person's passkeys: each signs in by itself, without a password or a code. */
import type { PasskeyView } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { hasPasskeys } from "../session/passkey.ts";
import { trpc } from "../trpc.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Said } from "../ui/said.tsx";
import { Section } from "../ui/section.tsx";
import { Time } from "../ui/time.tsx";
import { NamePasskey, RemovePasskey } from "./passkey-dialogs.tsx";

type Asking = { act: "add" } | { act: "rename" | "remove"; passkey: PasskeyView };

export function Passkeys() {
	const { data: passkeys, error, refetch } = useQuery(trpc.session.passkeys.queryOptions());
	const [asking, setAsking] = useState<Asking | null>(null);
	const [said, setSaid] = useState<string | null>(null);
	const ask = (next: Asking) => {
		setSaid(null);
		setAsking(next);
	};
	const answers = { onClose: () => setAsking(null), onSaid: setSaid };
	return (
		<Section
			title="Passkeys"
			about="Your finger, face or PIN on a device, or a security key, in place of password and code."
			controls={
				hasPasskeys() && (
					<Button icon={<Plus aria-hidden="true" />} onClick={() => ask({ act: "add" })}>
						Add a passkey
					</Button>
				)
			}
		>
			{(said !== null || error) && (
				<div className="space-y-3 border-b border-line px-4 py-3">
					<Said sentence={said} />
					{error && <LoadFailed error={error} onRetry={() => void refetch()} />}
				</div>
			)}
			{passkeys?.length === 0 && (
				<p className="px-4 py-4 text-muted">
					{hasPasskeys()
						? "You have none."
						: "You have none. Browsers give passkeys to pages at a name with https, and at localhost."}
				</p>
			)}
			<ul className="divide-y divide-line empty:hidden">
				{passkeys?.map((passkey) => (
					<Passkey
						key={passkey.id}
						passkey={passkey}
						onRename={() => ask({ act: "rename", passkey })}
						onRemove={() => ask({ act: "remove", passkey })}
					/>
				))}
			</ul>
			{asking?.act === "add" && <NamePasskey passkey={null} {...answers} />}
			{asking?.act === "rename" && <NamePasskey passkey={asking.passkey} {...answers} />}
			{asking?.act === "remove" && <RemovePasskey passkey={asking.passkey} {...answers} />}
		</Section>
	);
}

interface PasskeyProps {
	passkey: PasskeyView;
	onRename(): void;
	onRemove(): void;
}

function Passkey({ passkey: { name, createdAt, backedUp }, onRename, onRemove }: PasskeyProps) {
	return (
		<li className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5">
			<div className="min-w-0">
				<p className="font-medium [overflow-wrap:anywhere]">{name ?? "Passkey"}</p>
				<p className="text-sm text-muted">
					{createdAt !== null && (
						<>
							added <Time at={createdAt} />,{" "}
						</>
					)}
					{backedUp ? "on all devices of its account" : "on one device"}
				</p>
			</div>
			<div className="-mx-2 flex gap-1">
				<Button size="small" look="quiet" onClick={onRename}>
					Rename<span className="sr-only"> {name}</span>
				</Button>
				<Button size="small" look="quiet" onClick={onRemove}>
					Remove<span className="sr-only"> {name}</span>
				</Button>
			</div>
		</li>
	);
}
