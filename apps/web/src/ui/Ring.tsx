import type { CSSProperties } from 'react';
import css from './ring.module.css';

/** A ring that empties in `seconds`. Decoration: whoever shows it keeps the real timer. */
export function Ring({ seconds, size = 16 }: { readonly seconds: number; readonly size?: number }) {
  const radius = size / 2 - 1.5;
  const around = 2 * Math.PI * radius;
  const run: CSSProperties & Record<'--around', number> = {
    '--around': around,
    strokeDasharray: around,
    animationDuration: `${seconds}s`,
  };
  return (
    <svg width={size} height={size} aria-hidden className={css.ring}>
      <circle cx={size / 2} cy={size / 2} r={radius} />
      <circle cx={size / 2} cy={size / 2} r={radius} style={run} data-run />
    </svg>
  );
}
