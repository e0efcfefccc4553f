import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './facts.module.css';

/** One fact of the strip under a page's head. */
export interface Fact {
  readonly icon: Icon;
  readonly name: string;
  readonly value: ReactNode;
  readonly tone?: 'bad' | 'warn' | 'ok';
}

/** The strip of up to four facts that answers "is anything wrong here?" before any tab is opened. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={css.facts}>
      {facts.map(({ icon: Glyph, name, value, tone }) => (
        <div key={name} className={css.fact}>
          <dt>
            <Glyph size={18} stroke={1.6} aria-hidden data-tone={tone} />
            {name}
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Names and values under one another, for details. Values that are empty are left out. */
export function Details({ items }: { readonly items: readonly (readonly [name: string, value: ReactNode])[] }) {
  const shown = items.filter(([, value]) => value !== '' && value !== null && value !== undefined && value !== false);
  return (
    <dl className={css.details}>
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
