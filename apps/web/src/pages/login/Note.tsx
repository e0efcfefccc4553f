import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './entry.module.css';

const icons = { bad: IconAlertTriangle, warn: IconAlertTriangle, info: IconInfoCircle, ok: IconCircleCheck } as const;

/** A coloured box with an icon and a few lines, for what one must know before going on. `bad` and `warn` are announced. */
export function Note(props: {
  readonly tone: keyof typeof icons;
  readonly title?: ReactNode;
  readonly children: ReactNode;
  readonly quiet?: boolean;
}) {
  const Glyph = icons[props.tone];
  const urgent = props.tone === 'bad' || props.tone === 'warn';
  return (
    <div className={css.note} data-tone={props.tone} {...(props.quiet ? {} : { role: urgent ? 'alert' : 'status' })}>
      <Glyph size={18} stroke={1.7} aria-hidden />
      <div>
        {props.title && <p className={css.noteTitle}>{props.title}</p>}
        {props.children}
      </div>
    </div>
  );
}
