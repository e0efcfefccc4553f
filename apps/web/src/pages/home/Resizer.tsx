import type { KeyboardEvent, PointerEvent } from 'react';
import { home } from '../../lib/messages/home.ts';
import css from './home.module.css';

const narrowest = 200;
const widest = 420;
const step = 16;

/** The edge between the explorer and the list: dragged, or moved with the arrow keys. Source: WAI-ARIA window splitter. */
export function Resizer({ width, onWidth }: { readonly width: number; readonly onWidth: (width: number) => void }) {
  const set = (to: number) => onWidth(Math.round(Math.max(narrowest, Math.min(widest, to))));
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const edge = event.currentTarget;
    const aside = edge.parentElement?.getBoundingClientRect();
    if (!edge.hasPointerCapture(event.pointerId) || !aside) return;
    set(document.documentElement.dir === 'rtl' ? aside.right - event.clientX : event.clientX - aside.left);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const wider = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const to: Readonly<Record<string, number>> = {
      ArrowLeft: width + (wider === 'ArrowLeft' ? step : -step),
      ArrowRight: width + (wider === 'ArrowRight' ? step : -step),
      Home: narrowest,
      End: widest,
    };
    const wanted = to[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    set(wanted);
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={home('resize')}
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      tabIndex={0}
      className={css.resizer}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onDoubleClick={() => set(248)}
    />
  );
}
