/** A moment in words, in a time zone: ‘Sat 28 Nov 2026, 02:30 (Europe/Berlin)’. */
export function momentIn(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('weekday')} ${of('day')} ${of('month')} ${of('year')}, ${of('hour')}:${of('minute')} (${timeZone})`;
}

/** ‘1 account’, ‘2 accounts’. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** The most lines of one mail; the rest is on the page it leads to. */
export const linesMost = 200;

/** Lines, and a last one that says how many are left out. */
export function listed(lines: readonly string[], total: number): string {
  const rest = total - lines.length;
  return [...lines, ...(rest > 0 ? [`… and ${rest} more.`] : [])].map((line) => `  ${line}`).join('\n');
}
