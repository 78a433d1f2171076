/** The hosts in local networks that AI is asked at: those there are, and one more. */
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { useMay } from "../session/me.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Section } from "../ui/section.tsx";
import { learn, refreshSystem } from "./system.ts";
import { hostOf } from "./words.ts";

const HostForm = z.object({
	host: z.string().refine((text) => hostOf(text) !== null, "A host name or address, like ai.lan or 192.168.1.5:8000."),
});

export function LocalHosts({ hosts }: { hosts: readonly string[] }) {
	const mayChoose = useMay("system.write");
	const choose = useAct((localHosts: string[]) => client.system.configure.mutate({ localHosts }));
	const { register, handleSubmit, reset, formState } = useForm({
		resolver: zodResolver(HostForm),
		defaultValues: { host: "" },
	});
	const put = async (localHosts: string[]) => {
		const policy = await choose.run(localHosts);
		if (!policy) return;
		learn({ policy });
		reset();
		await refreshSystem();
	};
	const add = handleSubmit(({ host }) => put([...new Set([...hosts, hostOf(host) ?? ""])]));
	return (
		<Section
			title="Local AI"
			about="Keys and chats go to the internet, and in local networks only to these hosts. Ollama and LM Studio on this machine need no entry."
		>
			{hosts.length > 0 && (
				<ul className="divide-y divide-line border-b border-line">
					{hosts.map((host) => (
						<li key={host} className="flex items-center justify-between gap-3 px-4 py-2">
							<code className="min-w-0 text-sm break-all">{host}</code>
							{mayChoose && (
								<Button
									size="small"
									look="quiet"
									disabled={choose.pending}
									onClick={() => void put(hosts.filter((each) => each !== host))}
								>
									Remove<span className="sr-only"> {host}</span>
								</Button>
							)}
						</li>
					))}
				</ul>
			)}
			{hosts.length === 0 && !mayChoose && <p className="px-4 py-4 text-muted">No host is allowed.</p>}
			{mayChoose && (
				<form onSubmit={add} noValidate className="space-y-4 px-4 py-4">
					<div className="max-w-sm">
						<Field
							label="Host"
							mono
							autoComplete="off"
							spellCheck={false}
							placeholder="192.168.1.5:8000"
							hint="As the base URL has it. With a port, that port alone."
							error={formState.errors.host?.message}
							{...register("host")}
						/>
					</div>
					{choose.error !== null && <FailureNotice error={choose.error} />}
					<Button type="submit" disabled={choose.pending}>
						{choose.pending ? "Saving…" : "Allow"}
					</Button>
				</form>
			)}
		</Section>
	);
}
