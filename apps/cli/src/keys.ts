/** `holdfast key show`, `kit`, `confirm` and `rotate`. The kit goes to standard output alone, all else to standard error. */
import { AppError } from "@holdfast/contract";
import type { RotationView } from "@holdfast/contract/schemas";
import { parseRootKey } from "@holdfast/crypto";
import { withClient } from "./connect.ts";
import { askHidden } from "./prompt.ts";

export async function show(): Promise<void> {
	const { rootKey, dataKeys, rotation } = await withClient((client) => client.system.status.query());
	const lines = [
		`root key   ${rootKey.fingerprint} from ${rootKey.place}`,
		`since      ${rootKey.createdAt === null ? "before this was recorded" : day(rootKey.createdAt)}`,
		`kit        ${rootKey.kitStoredAt === null ? "not stored: run `holdfast key kit`" : `stored, said on ${day(rootKey.kitStoredAt)}`}`,
		`data keys  ${dataKeys}`,
		...rootKey.retired.map(
			({ fingerprint, retiredAt }) => `retired    ${fingerprint}${retiredAt === null ? "" : ` on ${day(retiredAt)}`}`,
		),
		...(rotation ? [`rotation   ${stageOf(rotation)}`] : []),
	];
	process.stdout.write(`${lines.join("\n")}\n`);
}

export async function kit(): Promise<void> {
	const { kit: text, fingerprint, instance } = await withClient((client) => client.keys.kit.mutate());
	process.stderr.write(`The recovery kit of root key ${fingerprint}, for the instance ${instance}.\n`);
	process.stderr.write(
		"Whoever has it and a copy of the data can open everything. Keep it on paper, or in another place.\n",
	);
	process.stdout.write(`${text}\n`);
	process.stderr.write("Once it is stored, say so with `holdfast key confirm`.\n");
}

/** @throws AppError `ROOT_KEY_MALFORMED` for what is no kit, refusal `KIT_WRONG` for the kit of another key. */
export async function confirm(): Promise<void> {
	const { fingerprint } = parseRootKey(await askHidden("The kit as you stored it: "), "the recovery kit");
	await withClient((client) => client.keys.confirmKit.mutate({ fingerprint }));
	process.stderr.write(`The kit of ${fingerprint} is right, and is noted as stored.\n`);
}

export async function rotate({ data, passphrase }: { data?: true; passphrase?: true }): Promise<void> {
	const given = passphrase ? { passphrase: await askTwice() } : {};
	const last = await withClient(async (client) => {
		let view: RotationView = await client.keys.rotate.mutate({ what: data ? "data" : "root", ...given });
		for (; view.stage === "resealing"; view = (await client.keys.resume.mutate()) ?? view) tell(view);
		return view;
	});
	tell(last);
	const wanted = last.wanted === null ? "" : ` ${last.wanted} Until then the old key still works.`;
	const kit =
		last.kind === "root"
			? ` Print the new key's recovery kit with \`holdfast key kit\`; that of ${last.from} still opens the backups made before.`
			: "";
	process.stderr.write(`${process.stderr.isTTY ? "\n" : ""}${stageOf(last)}.${wanted}${kit}\n`);
}

async function askTwice(): Promise<string> {
	const first = await askHidden("New passphrase: ");
	if (process.stdin.isTTY && first !== (await askHidden("Once more: ")))
		throw new AppError("OPTION_INVALID", {
			name: "The passphrase",
			detail: "it was typed differently the second time",
		});
	return first;
}

/** In place on a terminal; elsewhere progress would fill a log. */
function tell({ done, total }: RotationView): void {
	if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total} rows sealed anew`);
}

function stageOf({ kind, stage, done, total, from, to }: RotationView): string {
	const what = kind === "root" ? `The root key ${from} is replaced by ${to}` : "The data keys are replaced";
	if (stage === "done") return what;
	const how =
		stage === "waiting"
			? "everything is sealed anew, and the old key is yet to be retired"
			: `${done} of ${total} rows`;
	return `${what}: ${how}`;
}

function day(at: number): string {
	return new Date(at).toISOString().slice(0, 10);
}
