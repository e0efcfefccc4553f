import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './pill.module.css';

/** What a badge means. Colour never stands alone: there is always a word, and an icon where it warns. */
export type Tone = 'neutral' | 'info' | 'ok' | 'warn' | 'bad' | 'busy';

/** A status badge: 22 px, icon and word. Plain elements, so that it may stand in a virtual row. */
export function Pill(props: {
  readonly tone: Tone;
  readonly icon?: Icon;
  readonly title?: string;
  readonly children: ReactNode;
}) {
  const Glyph = props.icon;
  return (
    <span className={css.pill} data-tone={props.tone} title={props.title}>
      {Glyph && <Glyph size={13} stroke={2} aria-hidden />}
      <span className="trunc">{props.children}</span>
    </span>
  );
}
