import type { DialogueLine } from '@strongroom/contract';
import { scripts } from '../../lib/messages/scripts.ts';
import css from './scripts.module.css';

/** A dialogue as it went: what was sent, with placeholders for secrets, and what the device wrote. */
export function Transcript({ lines }: { readonly lines: readonly DialogueLine[] }) {
  if (lines.length === 0) return null;
  return (
    <ol className={css.transcript}>
      {lines.map((line, at) => (
        <li key={at} data-is={line.is}>
          <span className="dim">{scripts(line.is)}</span>
          <pre className="mono" dir="ltr">
            {line.text.trim() || '⏎'}
          </pre>
        </li>
      ))}
    </ol>
  );
}
