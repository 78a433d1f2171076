/** Where a message is written: Enter sends, Shift+Enter begins a line. While an answer streams, Send becomes Stop. */
import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { Button } from "../ui/button.tsx";

interface ComposerProps {
	busy: boolean;
	onSend(message: string): void;
	onStop(): void;
}

export function Composer({ busy, onSend, onStop }: ComposerProps) {
	const [message, setMessage] = useState("");
	const field = useRef<HTMLTextAreaElement>(null);
	const submit = () => {
		if (busy || message.trim() === "") return;
		onSend(message.trim());
		setMessage("");
		field.current?.focus();
	};
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
		event.preventDefault();
		submit();
	};
	return (
		<form
			onSubmit={(event) => {
				event.preventDefault();
				submit();
			}}
			className="rounded-lg border border-edge bg-surface shadow-raised has-[textarea:focus-visible]:border-ink has-[textarea:focus-visible]:outline-1 has-[textarea:focus-visible]:outline-ink"
		>
			<textarea
				ref={field}
				aria-label="Message"
				placeholder="Ask something"
				rows={2}
				value={message}
				onChange={(event) => setMessage(event.target.value)}
				onKeyDown={onKeyDown}
				className="field-sizing-content block max-h-64 w-full resize-none bg-transparent px-3.5 pt-3 leading-6 outline-none"
			/>
			<div className="flex items-center justify-between gap-3 py-2 pr-2 pl-3.5">
				<p className="text-xs text-muted">Enter sends, Shift+Enter begins a line.</p>
				{busy ? (
					<Button onClick={onStop} icon={<Square aria-hidden="true" className="size-3! fill-current" />}>
						Stop
					</Button>
				) : (
					<Button type="submit" look="primary" disabled={message.trim() === ""} icon={<ArrowUp aria-hidden="true" />}>
						Send
					</Button>
				)}
			</div>
		</form>
	);
}
