import type { DailyWindow } from '@strongroom/contract';

/** A part of the day as it is stored: minutes since midnight. */
export interface Minutes {
  readonly from: number;
  readonly to: number;
}
const minutes = (time: string): number => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
};
const two = (n: number): string => String(n).padStart(2, '0');
const clock = (of: number): string => `${two(Math.floor(of / 60))}:${two(of % 60)}`;

export const storedWindow = ({ from, to }: DailyWindow): Minutes => ({ from: minutes(from), to: minutes(to) });
export const shownWindow = ({ from, to }: Minutes): DailyWindow => ({ from: clock(from), to: clock(to) });

/** Whether a clock in this zone shows a time of one of the windows. One that ends before it begins goes past midnight; its end does not belong to it. */
export function within(windows: readonly Minutes[], timeZone: string, now: Date): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    .formatToParts(now)
    .reduce<Record<string, string>>((all, { type, value }) => ({ ...all, [type]: value }), {});
  const at = minutes(`${parts['hour'] ?? '0'}:${parts['minute'] ?? '0'}`);
  return windows.some(({ from, to }) => (from < to ? at >= from && at < to : at >= from || at < to));
}
