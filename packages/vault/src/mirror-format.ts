/** The formats a file can be kept in, each with how it is read and updated. dotenvx's library loads when one needs it. */
import type { MirrorOptions } from "@holdfast/contract/schemas";
import {
	type EnvFile,
	planLine,
	type Reader,
	readEnvFile,
	type UpdateOptions,
	type UpdateResult,
	updateEnvFile,
} from "@holdfast/envfile";

interface Place {
	path: string;
	/** The project folder, which the file must be in. */
	root: string;
	options: MirrorOptions;
}

/** `locked`: the names that have a value there which does not open. */
export type MirrorFile = EnvFile & { locked?: ReadonlySet<string> };

interface FileFormat {
	/** The programs that would misread a value however it is written; none when it has a form. */
	misreaders(name: string, value: string, options: MirrorOptions): readonly Reader[];
	read(place: Place): MirrorFile;
	update(place: Place & Omit<UpdateOptions, "readers">): Omit<UpdateResult, "warned">;
}

const PLAIN: FileFormat = {
	misreaders: (name, value, { readers }) => {
		const plan = planLine(name, value, readers);
		return "vaultOnly" in plan ? plan.vaultOnly : [];
	},
	read: ({ path, options }) => readEnvFile(path, options.readers),
	update: ({ options, ...update }) => updateEnvFile({ ...update, readers: options.readers }),
};

async function dotenvx(): Promise<FileFormat> {
	const encrypted = await import("@holdfast/envfile/encrypted");
	return {
		misreaders: encrypted.encryptedMisreaders,
		read: ({ path }) => encrypted.readEncryptedFile(path),
		update: ({ options: _, ...update }) => encrypted.updateEncryptedFile(update),
	};
}

const FORMATS: Record<MirrorOptions["format"], () => FileFormat | Promise<FileFormat>> = {
	plain: () => PLAIN,
	dotenvx,
};

export async function fileFormat(format: MirrorOptions["format"]): Promise<FileFormat> {
	return FORMATS[format]();
}
