/** The key above all others: which it is, where it is had from, whether its kit is stored, and what was before it. */
import type { SystemView } from "@holdfast/contract/schemas";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../session/me.ts";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/section.tsx";
import { Status } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { Fact, Facts } from "./facts.tsx";
import { Rotate } from "./rotate.tsx";
import { Rotation } from "./rotation.tsx";
import { sourceOf } from "./words.ts";

export function RootKey({ view }: { view: SystemView }) {
	const { rootKey, dataKeys, rotation, instance } = view;
	const mayRotate = useMay("keys.write");
	const [asking, setAsking] = useState<"root" | "data" | null>(null);
	const underWay = rotation !== null && rotation.stage !== "done";
	return (
		<Section
			title="Keys"
			controls={
				mayRotate && (
					<>
						<Button disabled={underWay} onClick={() => setAsking("root")}>
							Replace the root key
						</Button>
						<Button disabled={underWay} onClick={() => setAsking("data")}>
							Replace the data keys
						</Button>
					</>
				)
			}
		>
			{rotation && <Rotation rotation={rotation} />}
			<Facts>
				<Fact name="Root key">
					<code className="text-sm">{rootKey.fingerprint}</code>
				</Fact>
				<Fact name="Where it is">
					{sourceOf(rootKey)} <code className="text-sm">{rootKey.place}</code>
				</Fact>
				<Fact name="In use since">{rootKey.createdAt === null ? "Not recorded" : <Time at={rootKey.createdAt} />}</Fact>
				<Fact name="Recovery kit">
					<KitStanding storedAt={rootKey.kitStoredAt} mayKeep={mayRotate} />
				</Fact>
				<Fact name="Data keys">{dataKeys}</Fact>
				{rootKey.retired.length > 0 && (
					<Fact name="Before it">
						<Retired retired={rootKey.retired} />
					</Fact>
				)}
				<Fact name="Instance">
					<code className="text-sm">{instance}</code>
				</Fact>
			</Facts>
			{asking && <Rotate what={asking} rootKey={rootKey} onClose={() => setAsking(null)} />}
		</Section>
	);
}

function KitStanding({ storedAt, mayKeep }: { storedAt: number | null; mayKeep: boolean }) {
	if (storedAt !== null) {
		return (
			<span className="flex flex-wrap items-baseline gap-x-2">
				<Status tone="ok">Stored</Status>
				<span className="text-muted">
					said <Time at={storedAt} />
				</span>
			</span>
		);
	}
	return (
		<span className="flex flex-wrap items-baseline gap-x-3">
			<Status tone="warn">Not stored</Status>
			{mayKeep && (
				<Link to="/recovery-kit" className="link font-medium">
					Keep it now
				</Link>
			)}
		</span>
	);
}

function Retired({ retired }: Pick<SystemView["rootKey"], "retired">) {
	return (
		<>
			<ul>
				{retired.map(({ fingerprint, retiredAt }) => (
					<li key={fingerprint} className="flex flex-wrap items-baseline gap-x-2">
						<code className="text-sm">{fingerprint}</code>
						{retiredAt !== null && (
							<span className="text-muted">
								retired <Time at={retiredAt} />
							</span>
						)}
					</li>
				))}
			</ul>
			<p className="text-sm text-muted">Backups made under them still open here.</p>
		</>
	);
}
