import { Button } from '@mantine/core';
import { generatePassword, type Policy } from '@strongroom/contract';
import { IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { ask } from '../lib/client.ts';
import { kit } from '../lib/messages/kit.ts';
import { Bones } from './Bones.tsx';
import { ErrorBox } from './ErrorBox.tsx';
import css from './secret.module.css';

/** By which policy, and for which log-in name and resource type, passwords are drawn. */
export interface GenerateBy {
  readonly policy: Policy;
  readonly username?: string;
  readonly resourceType?: string;
}

/** Five passwords by the policy to choose from. They live here alone and are gone when it closes. */
export default function GeneratePopover({
  by,
  use,
}: {
  readonly by: GenerateBy;
  readonly use: (password: string) => void;
}) {
  const { policy, username, resourceType } = by;
  const [length, setLength] = useState<number | null>(null);
  const [round, setRound] = useState(0);
  const [drawn, setDrawn] = useState<readonly string[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    ask(
      generatePassword,
      {
        policyId: policy.id,
        count: 5,
        ...(length ? { length } : {}),
        ...(username ? { username } : {}),
        ...(resourceType ? { resourceType } : {}),
      },
      { signal: stop.signal },
    ).then(
      ({ passwords }) => {
        setDrawn(passwords);
        setError(null);
      },
      (failure: unknown) => {
        if (!stop.signal.aborted) setError(failure);
      },
    );
    return () => stop.abort();
  }, [policy.id, length, username, resourceType, round]);
  return (
    <div className={css.pop}>
      <div className={css.popHead}>
        <span>{kit('policyBy', { name: policy.name })}</span>
        <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={() => setRound(round + 1)}>
          {kit('generateMore')}
        </Button>
      </div>
      {error !== null && <ErrorBox error={error} retry={() => setRound(round + 1)} />}
      {drawn === null && error === null && <Bones lines={[70, 80, 75, 85, 70]} />}
      <div className={css.choices}>
        {drawn?.map((password) => (
          <button
            key={password}
            type="button"
            className={`mono ${css.choice}`}
            dir="ltr"
            translate="no"
            onClick={() => use(password)}
          >
            {password}
          </button>
        ))}
      </div>
      <label>
        <span className="dim">
          {kit('generateLength', { length: length ?? drawn?.[0]?.length ?? policy.minLength })}
        </span>
        <input
          className={css.slider}
          type="range"
          min={policy.minLength}
          max={Math.min(policy.maxLength, 64)}
          value={length ?? drawn?.[0]?.length ?? policy.minLength}
          onChange={(event) => setLength(Number(event.currentTarget.value))}
        />
      </label>
    </div>
  );
}
