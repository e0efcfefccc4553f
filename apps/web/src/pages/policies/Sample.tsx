import { Button } from '@mantine/core';
import { samplePolicy, type PolicyRules } from '@strongroom/contract';
import { IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { policies } from '../../lib/messages/policies.ts';
import { fieldErrors, tell } from '../../lib/problem.ts';
import css from './policies.module.css';
import { strengthOf } from './words.ts';

const waitMs = 300;

/** What the rules would draw, anew whenever they change. Samples are kept here alone. */
export function Sample({ rules }: { readonly rules: PolicyRules }) {
  const [round, setRound] = useState(0);
  const [drawn, setDrawn] = useState<{ passwords: readonly string[]; bits: number } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const asked = JSON.stringify(rules);
  useEffect(() => {
    const stop = new AbortController();
    // Not with every key.
    const timer = setTimeout(() => {
      ask(samplePolicy, { ...(JSON.parse(asked) as PolicyRules), count: 3 }, { signal: stop.signal }).then(
        (found) => {
          setDrawn(found);
          setError(null);
        },
        (failure: unknown) => {
          if (stop.signal.aborted) return;
          setDrawn(null);
          setError(Object.values(fieldErrors(failure))[0] ?? tell(failure).text);
        },
      );
    }, waitMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked, round]);
  return (
    <section className={css.sample} aria-label={policies('edit.sample')}>
      <div className={css.sampleHead}>
        <span className="dim">{policies('edit.sample')}</span>
        <Button size="xs" variant="subtle" leftSection={<IconRefresh size={14} />} onClick={() => setRound(round + 1)}>
          {policies('edit.another')}
        </Button>
      </div>
      {error !== null && <p className={css.sampleError}>{error}</p>}
      <ul aria-live="polite">
        {drawn?.passwords.map((password) => (
          <li key={password} className="mono" dir="ltr" translate="no">
            {password}
          </li>
        ))}
      </ul>
      {drawn && (
        <p className="dim">
          {policies('edit.bits', { bits: Math.floor(drawn.bits), strength: strengthOf(drawn.bits) })}
        </p>
      )}
    </section>
  );
}
