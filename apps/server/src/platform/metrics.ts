/** Counts and gauges in Prometheus' text format. Source: Prometheus exposition formats, text version 0.0.4. */
export interface Metrics {
  /** Adds one to a counter. Labels are few and fixed: never an id, a name or an address. */
  count(name: string, labels?: Readonly<Record<string, string>>): void;
  /** Registers what is read whenever somebody asks. */
  gauge(name: string, help: string, read: () => number): void;
  /** Seconds, into buckets from 1 ms to 10 s. */
  observe(name: string, seconds: number): void;
  text(): string;
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, number>>();
  const gauges = new Map<string, { help: string; read: () => number }>();
  const histograms = new Map<string, { counts: number[]; sum: number; n: number }>();
  const labelText = (labels: Readonly<Record<string, string>>): string => {
    const parts = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, '_')}"`);
    return parts.length === 0 ? '' : `{${parts.join(',')}}`;
  };
  return {
    count(name, labels = {}) {
      const series = counters.get(name) ?? new Map<string, number>();
      counters.set(name, series);
      const key = labelText(labels);
      series.set(key, (series.get(key) ?? 0) + 1);
    },
    gauge(name, help, read) {
      gauges.set(name, { help, read });
    },
    observe(name, seconds) {
      const histogram = histograms.get(name) ?? { counts: buckets.map(() => 0), sum: 0, n: 0 };
      histograms.set(name, histogram);
      buckets.forEach((bound, i) => {
        if (seconds <= bound) histogram.counts[i] = (histogram.counts[i] ?? 0) + 1;
      });
      histogram.sum += seconds;
      histogram.n++;
    },
    text() {
      const lines: string[] = [];
      for (const [name, series] of counters) {
        lines.push(`# TYPE ${name} counter`);
        for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`);
      }
      for (const [name, { help, read }] of gauges)
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${read()}`);
      for (const [name, { counts, sum, n }] of histograms) {
        lines.push(`# TYPE ${name} histogram`);
        buckets.forEach((bound, i) => lines.push(`${name}_bucket{le="${bound}"} ${counts[i] ?? 0}`));
        lines.push(`${name}_bucket{le="+Inf"} ${n}`, `${name}_sum ${sum}`, `${name}_count ${n}`);
      }
      return lines.join('\n') + '\n';
    },
  };
}
