import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './states.module.css';

/** What stands where nothing is yet: an icon, one line on what this is, and one thing to do. No picture. */
export function EmptyState(props: {
  readonly icon: Icon;
  readonly title: string;
  readonly text?: ReactNode;
  readonly children?: ReactNode;
}) {
  const Glyph = props.icon;
  return (
    <div className={css.empty}>
      <Glyph size={28} stroke={1.4} aria-hidden />
      <b>{props.title}</b>
      {props.text && <span className="dim">{props.text}</span>}
      {props.children && <div className={css.emptyActions}>{props.children}</div>}
    </div>
  );
}
