/** Files in and out of the browser. Their text passes through memory only: it is in no cache and no storage. */
import { IMPORT_MAX_LENGTH } from "@holdfast/contract/schemas";

/** How long a browser may take to begin with a download, in milliseconds. */
const READ_WITHIN = 10_000;

/** The text of a file someone chose or dropped, or why it cannot be taken, as a sentence. */
export async function readTextFile(file: File): Promise<{ text: string } | { problem: string }> {
	if (file.size > IMPORT_MAX_LENGTH) return { problem: `${file.name} is larger than 2 MiB.` };
	const bytes = await file.arrayBuffer();
	try {
		return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
	} catch (error) {
		if (error instanceof TypeError) return { problem: `${file.name} is not UTF-8 text.` };
		throw error;
	}
}

/** Hand a text to the browser as a download. */
export function download(text: string, fileName: string): void {
	const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
	const link = document.createElement("a");
	link.href = url;
	link.download = fileName;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), READ_WITHIN);
}
