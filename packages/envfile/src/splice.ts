/**
 * Changing single lines of a long file without reading all of it again, and with the same proof. It rests on one
 * property: a *closed* segment is written in a form of which no reader looks past its end, whatever follows. In a text of
 * closed segments only, which all readers read alike, the readings of two neighbours do not touch, so that a closed line
 * put in the place of another changes the reading of that line alone. The line is read with both of its neighbours by
 * every reader before it counts; wherever anything is in doubt, the answer is `null`, and the whole text is read.
 */
import { parseDocument, placed } from "./document.ts";
import { type Entry, lengthOf, type Segment, segmentText } from "./parse.ts";
import type { Plan } from "./plan.ts";
import { Reading, SEVERAL } from "./reading.ts";
import { countLines } from "./scan.ts";

/** More changed lines than these are read with the whole text: that is hardly dearer then. */
const MOST_LINES = 16;

/** Quotes of one kind around text without it and without a backslash, or characters that mean nothing to any reader. */
const CLOSED_VALUE = /^(?:'[^'\\]*'|"[^"\\]*"|`[^`\\]*`|[A-Za-z0-9_.,:/@%+=-]+)$/;
const CLOSED_HEAD = /^(?:export )?$/;
const CLOSED_GAP = /^[ \t]*=[ \t]*$/;
const CLOSED_TAIL = /^(?:[ \t]+(?:#.*)?)?$/;
/** A line that is neither blank nor a comment. Looked for line by line: one expression for all lines would run out of stack. */
const OPEN_LINE = /^[ \t]*[^# \t\n]/m;
/** Line ends that not every reader takes for one. A `.` takes none of them either. */
const ODD_LINE_END = /[\r\u2028\u2029]/;
/** Its negation is cheaper than looking for what is not ASCII. */
const ASCII = /^[\0-\x7f]*$/;

function isClosed(segment: Segment): boolean {
	if (segment.kind === "other") return segment.text.endsWith("\n") && !OPEN_LINE.test(segment.text);
	if (segment.eol !== "\n") return false;
	if (segment.kind === "note") return true;
	const { head, gap, raw, tail } = segment;
	return CLOSED_VALUE.test(raw) && CLOSED_GAP.test(gap) && CLOSED_HEAD.test(head) && CLOSED_TAIL.test(tail);
}

/** How the segments of a closed text lie in it. */
interface Layout {
	/** Where each segment starts, in characters, and behind the last where the text ends. */
	starts: Int32Array;
	isAscii: boolean;
}

/** The readings of closed texts. A text is looked through once; what is spliced from it is known to be closed. */
const layouts = new WeakMap<Reading, Layout>();

/** The layout of a text of closed segments that every reader reads alike; `null` for any other. */
function layoutOf(reading: Reading): Layout | null {
	const known = layouts.get(reading);
	if (known !== undefined) return known;
	const { text, shell, document } = reading;
	const { segments, bom } = document;
	if (shell || bom || ODD_LINE_END.test(text) || !segments.every(isClosed) || !reading.isAgreed) return null;
	const starts = new Int32Array(segments.length + 1);
	for (const [at, segment] of segments.entries()) starts[at + 1] = (starts[at] ?? 0) + lengthOf(segment);
	const layout = { starts, isAscii: reading.bytes.length === text.length };
	layouts.set(reading, layout);
	return layout;
}

/** A line read between its neighbours by every reader; `null` unless all read it, and them, as they must. */
function readPlaced(segments: readonly Segment[], at: number, text: string): Entry | null {
	const [before, after] = [segments[at - 1], segments[at + 1]];
	const around = [before, after].filter((segment) => segment !== undefined);
	const source = (before ? segmentText(before) : "") + text + (after ? segmentText(after) : "");
	const found = new Reading({ source, shell: false, document: parseDocument(source) });
	const line = found.document.segments[before ? 1 : 0];
	if (!found.isAgreed || line?.kind !== "entry" || found.document.segments.length !== around.length + 1) return null;
	const isSame = lengthOf(found.document.segments[0]) === (before ? lengthOf(before) : text.length);
	return isSame && lengthOf(line) === text.length && isClosed(line) ? line : null;
}

/** What is put in the place of a segment. */
interface Change {
	at: number;
	text: string;
	entry: Entry;
}

function changesOf({ document, places }: Reading, edits: Edits, values: Wanted): Change[] | null {
	const changes: Change[] = [];
	for (const [name, plan] of edits) {
		const at = places.get(name) ?? SEVERAL;
		const old = document.segments[at];
		if (old?.kind !== "entry" || plan === null || "vaultOnly" in plan) return null;
		const text = placed(old, plan, document.eol);
		const entry = readPlaced(document.segments, at, text);
		if (entry?.name !== name || entry.value !== values.get(name)) return null;
		if (newlines(text) !== newlines(segmentText(old))) return null;
		changes.push({ at, text, entry: { ...entry, line: old.line } });
	}
	return changes.sort((one, other) => one.at - other.at);
}

/** The pieces of a text with other lines in it, in their order. `slice` gives what stands between two positions. */
function pieced<T>(
	changes: readonly Change[],
	{ starts }: Layout,
	part: { slice: Slice<T>; of: (text: string) => T },
): T[] {
	const pieces: T[] = [];
	let from = 0;
	for (const { at, text } of changes) {
		pieces.push(part.slice(from, starts[at]), part.of(text));
		from = starts[at + 1] ?? from;
	}
	pieces.push(part.slice(from));
	return pieces;
}

type Slice<T> = (from: number, to?: number) => T;

function moved(changes: readonly Change[], starts: Int32Array): Int32Array {
	const after = starts.slice();
	for (const { at, text } of changes) {
		const by = text.length - ((starts[at + 1] ?? 0) - (starts[at] ?? 0));
		if (by !== 0) for (let next = at + 1; next < after.length; next += 1) after[next] = (after[next] ?? 0) + by;
	}
	return after;
}

function newlines(text: string): number {
	return countLines(text, 0, text.length);
}

type Edits = ReadonlyMap<string, Plan | null>;
type Wanted = ReadonlyMap<string, string | null>;

/** The text with the changes, as bytes where a byte is a character. */
function sourceOf(before: Reading, changes: readonly Change[], layout: Layout): string | Buffer {
	if (!layout.isAscii) {
		const { text } = before;
		return pieced(changes, layout, { slice: (from, to) => text.slice(from, to), of: (line) => line }).join("");
	}
	const { bytes } = before;
	const slice: Slice<Buffer> = (from, to) => bytes.subarray(from, to);
	return Buffer.concat(pieced(changes, layout, { slice, of: (line) => Buffer.from(line) }));
}

/**
 * The reading of a text after an edit that gives single lines another value, proven as an edit of the whole text is;
 * `null` when the edit is of another kind, or the text is not one in which lines can be changed one by one.
 *
 * @param values what each edited name must read as.
 */
export function splice(before: Reading, edits: Edits, values: Wanted): Reading | null {
	if (edits.size === 0 || edits.size > MOST_LINES) return null;
	const layout = layoutOf(before);
	const changes = layout && changesOf(before, edits, values);
	if (layout === null || changes === null) return null;
	const isAscii = layout.isAscii && changes.every(({ text }) => ASCII.test(text));
	const source = sourceOf(before, changes, { ...layout, isAscii });
	const segments = before.document.segments.slice();
	for (const { at, entry } of changes) segments[at] = entry;
	const { places, document } = before;
	const after = new Reading({ source, shell: false, document: { ...document, segments }, agreed: true, places });
	layouts.set(after, { starts: moved(changes, layout.starts), isAscii });
	return after;
}
