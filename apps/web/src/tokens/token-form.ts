/**
 * What is typed of a token to be, and what of it the person may give: everything that the server would refuse is said before
 * it is asked.
 */
import { type Access, INSTANCE_WIDE, may, mayEverywhere, mayWithin, type Permission } from "@holdfast/contract";
import { CreateToken } from "@holdfast/contract/schemas";
import { z } from "zod";
import { GROUPS } from "./words.ts";

const DAY = 86_400_000;
const LABEL_MAX = 100;
const DAYS_MAX = 3_650;
const ADDRESSES_MAX = 50;

/** One address or range, as the contract has it. */
const Address = CreateToken.shape.addresses.unwrap().element;

/** When a token may expire; `days: null` for never. */
export const EXPIRIES = {
	month: { label: "in 30 days", days: 30 },
	quarter: { label: "in 90 days", days: 90 },
	year: { label: "in a year", days: 365 },
	date: { label: "on a date…", days: null },
	never: { label: "never", days: null },
} as const;
type Expiry = keyof typeof EXPIRIES;
const expiries = Object.keys(EXPIRIES) as [Expiry, ...Expiry[]];

export type TokenForm = z.infer<ReturnType<typeof tokenForm>>;

/** For whoever makes it: the fields, and what is wrong with them in words. */
export function tokenForm(access: Access) {
	return z
		.object({
			label: z.string().trim().min(1, "Enter what it is for.").max(LABEL_MAX, `Use at most ${LABEL_MAX} characters.`),
			everywhere: z.boolean(),
			environments: z.array(z.string()),
			permissions: z.array(z.custom<Permission>()),
			expiry: z.enum(expiries),
			/** As the browser's own field for dates gives it: `2027-02-25`. */
			date: z.string(),
			addresses: z.string(),
		})
		.superRefine((typed, context) => {
			const problems = {
				environments: !typed.everywhere && typed.environments.length === 0 ? "Choose at least one." : null,
				permissions: given(access, typed).length === 0 ? "Choose at least one." : null,
				date: typed.expiry === "date" ? dateProblem(typed.date, Date.now()) : null,
				addresses: addressesProblem(typed.addresses),
			};
			for (const [field, message] of Object.entries(problems)) {
				if (message !== null) context.addIssue({ code: "custom", path: [field], message });
			}
		});
}

/** Whether a token for all environments is theirs to give. */
export function mayGiveEverywhere(access: Access): boolean {
	return mayEverywhere(access, "tokens.write");
}

/** Of these environments, those they may give a token for. */
export function givable(access: Access, names: readonly string[]): string[] {
	return names.filter((name) => may(access, "tokens.write", name));
}

type Scope = Pick<TokenForm, "everywhere" | "environments">;

/** What they may let a token do there. What is of the whole instance serves only a token for all environments. */
export function offered(access: Access, scope: Scope): Permission[] {
	const environments = environmentsOf(scope);
	const all = GROUPS.flatMap(({ words }) => Object.keys(words)) as Permission[];
	return all.filter(
		(each) => (environments === null || !INSTANCE_WIDE.has(each)) && mayWithin(access, each, environments),
	);
}

/** What is chosen of what is offered: a choice made before the environments changed may be more. */
function given(access: Access, typed: Scope & Pick<TokenForm, "permissions">): Permission[] {
	return offered(access, typed).filter((each) => typed.permissions.includes(each));
}

function environmentsOf({ everywhere, environments }: Scope): string[] | null {
	return everywhere ? null : environments;
}

/** What the server is asked for. */
export function asked(access: Access, typed: TokenForm): CreateToken {
	const environments = environmentsOf(typed);
	const days = daysOf(typed, Date.now());
	const addresses = addressesIn(typed.addresses);
	return {
		label: typed.label,
		permissions: given(access, typed),
		...(environments !== null && { environments }),
		...(days !== null && { days }),
		...(addresses.length > 0 && { addresses }),
	};
}

/** How many days it lasts; `null` for ever, and for a date that is not one yet. */
export function daysOf({ expiry, date }: Pick<TokenForm, "expiry" | "date">, now: number): number | null {
	return expiry === "date" ? daysUntil(date, now) : EXPIRIES[expiry].days;
}

function daysUntil(date: string, now: number): number | null {
	const at = new Date(`${date}T00:00`).getTime();
	return Number.isNaN(at) ? null : Math.round((at - new Date(now).setHours(0, 0, 0, 0)) / DAY);
}

/** The first and the last day that a token may expire on, for the browser's own field. */
export function dateLimits(now: number): { min: string; max: string } {
	return { min: dateAfter(1, now), max: dateAfter(DAYS_MAX, now) };
}

function dateAfter(days: number, now: number): string {
	const date = new Date(now);
	date.setDate(date.getDate() + days);
	const digits = (value: number) => String(value).padStart(2, "0");
	return `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
}

function dateProblem(date: string, now: number): string | null {
	const days = daysUntil(date, now);
	if (days === null) return "Enter a date.";
	if (days < 1) return "Choose a day after today.";
	return days > DAYS_MAX ? "Choose a day in the next ten years, or never." : null;
}

function addressesIn(text: string): string[] {
	return text.split(/[\s,]+/).filter((each) => each !== "");
}

function addressesProblem(text: string): string | null {
	const addresses = addressesIn(text);
	const wrong = addresses.find((each) => !Address.safeParse(each).success);
	if (wrong !== undefined) return `${wrong} is no address or range. Write one like 10.0.0.5 or 10.0.0.0/8.`;
	return addresses.length > ADDRESSES_MAX ? `Use at most ${ADDRESSES_MAX}.` : null;
}
