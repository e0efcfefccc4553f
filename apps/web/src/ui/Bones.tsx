import { kit } from '../lib/messages/kit.ts';
import css from './states.module.css';

/** Grey bars where text will stand, in the layout of what is loading. Lengths are percentages. */
export function Bones({ lines = [60, 85, 70, 90, 55] }: { readonly lines?: readonly number[] }) {
  return (
    <div className={css.bones} role="status" aria-label={kit('loading')}>
      {lines.map((length, index) => (
        <i key={index} style={{ inlineSize: `${length}%` }} />
      ))}
    </div>
  );
}
