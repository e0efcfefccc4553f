import { driverSteps } from './driver-steps.ts';
import { kinds } from './kinds.ts';

/** What came of one kill. */
interface Outcome {
  readonly driver: string;
  readonly step: string;
  /** It stood exactly at the step. */
  readonly caught: boolean;
  readonly state: string;
  /** From the start after the kill to the end. */
  readonly seconds: number;
  readonly failures: number;
}

/** Counts of what came of the kills, by driver and step. */
export interface Tallies {
  add(outcome: Outcome): void;
  of(driver: string, step: string): number;
  all(): readonly { readonly driver: string; readonly step: string; readonly kills: number }[];
  /** One line for programs. */
  summary(): string;
  /** A row for each driver: kills at each step (`caught/kills` where some had passed it), then ends, slowest and failed log-ins. */
  table(): string;
}

export function tallies(): Tallies {
  const outcomes: Outcome[] = [];
  const names = [...new Set(kinds.map(({ driver }) => driver))];
  const at = (driver: string, step: string): Outcome[] =>
    outcomes.filter((one) => one.driver === driver && one.step === step);
  const cell = (of: readonly Outcome[]): string => {
    const caught = of.filter((one) => one.caught).length;
    return caught === of.length ? String(caught) : `${String(caught)}/${String(of.length)}`;
  };
  return {
    add: (outcome) => void outcomes.push(outcome),
    of: (driver, step) => at(driver, step).length,
    all: () =>
      [...new Set(outcomes.map(({ driver, step }) => `${driver}\n${step}`))].map((both) => {
        const [driver = '', step = ''] = both.split('\n');
        return { driver, step, kills: at(driver, step).length };
      }),
    summary() {
      const steps = [...new Set(outcomes.map(({ driver, step }) => `${driver}\n${step}`))].map(
        (both) => outcomes.filter(({ driver, step }) => `${driver}\n${step}` === both).length,
      );
      const drivers = new Set(outcomes.map(({ driver }) => driver)).size;
      const failures = Math.max(0, ...outcomes.map((one) => one.failures));
      return `crash matrix: ${String(drivers)} drivers, ${String(outcomes.length)} kills, ${String(Math.min(...steps))} at least, ${String(failures)} failed log-ins`;
    },
    table() {
      const head = [
        'driver',
        ...driverSteps.map(({ name }) => name),
        'kills',
        'promoted',
        'rolled back',
        'slowest s',
        'failed log-ins',
      ];
      const rows = [...names, 'all'].map((name) => {
        const of = outcomes.filter(({ driver }) => name === 'all' || driver === name);
        return [
          name,
          ...driverSteps.map((step) => cell(of.filter((one) => one.step === step.name))),
          of.length,
          of.filter(({ state }) => state === 'promoted').length,
          of.filter(({ state }) => state === 'rolled-back').length,
          Math.max(0, ...of.map(({ seconds }) => seconds)).toFixed(1),
          Math.max(0, ...of.map(({ failures }) => failures)),
        ].map(String);
      });
      const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
      return [head, ...rows].map((row) => row.map((one, i) => one.padEnd(widths[i] ?? 0)).join('  ')).join('\n');
    },
  };
}
