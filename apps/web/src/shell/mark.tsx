/** The mark: a stem that branches into roots. Decoration beside the name, so it is hidden from screen readers. */
export function Mark({ className }: { className: string }) {
	return (
		<svg
			viewBox="0 0 24 24"
			aria-hidden="true"
			fill="none"
			stroke="currentColor"
			strokeWidth="1.6"
			strokeLinecap="round"
			strokeLinejoin="round"
			className={className}
		>
			<path d="M12 2v20" />
			<path d="M12 12c0 3.5-1.2 5-3.4 6.2C7.2 19 6.5 20.2 6.5 22" />
			<path d="M12 12c0 3.5 1.2 5 3.4 6.2C16.8 19 17.5 20.2 17.5 22" />
			<path d="M12 8.5c-.4 3.8-2.6 5.4-5 6C4.6 15.1 3 16.6 2.5 19" />
			<path d="M12 8.5c.4 3.8 2.6 5.4 5 6 2.4.6 4 2.1 4.5 4.5" />
		</svg>
	);
}
