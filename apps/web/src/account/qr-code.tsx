/** A text as a QR code: dark on white in either theme, because many cameras read no other. No inline style is in it. */
import { encode } from "uqr";

export function QrCode({ text, label }: { text: string; label: string }) {
	const { data, size } = encode(text, { ecc: "M", border: 3 });
	const dots = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
	return (
		<svg
			role="img"
			aria-label={label}
			viewBox={`0 0 ${size} ${size}`}
			shapeRendering="crispEdges"
			className="size-48 shrink-0 rounded-md border border-line"
		>
			<rect width={size} height={size} fill="white" />
			<path d={dots.join("")} fill="black" />
		</svg>
	);
}
