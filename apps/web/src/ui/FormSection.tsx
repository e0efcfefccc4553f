import type { ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import css from './form.module.css';

/** One card of a form: a title, a line on what it is for, and its fields in one column. */
export function FormSection(props: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly id?: string;
  readonly children: ReactNode;
}) {
  return (
    <section className={`card ${css.section}`} id={props.id} aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.text && <p>{props.text}</p>}
      <div className={css.fields}>{props.children}</div>
    </section>
  );
}

/** A form page's column, at most 760 px, with the note on required fields. */
export function FormColumn({ children, required }: { readonly children: ReactNode; readonly required?: boolean }) {
  return (
    <div className={css.column}>
      {required && <p className={css.required}>{kit('required')}</p>}
      {children}
    </div>
  );
}
