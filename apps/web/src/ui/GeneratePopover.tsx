import { Button, SegmentedControl } from '@mantine/core';
import { generatePassword, type Policy } from '@strongroom/contract';
import { IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { ask, ProblemError } from '../lib/client.ts';
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

const fewestWords = 4;
const mostWords = 12;

/** Five passwords, or passphrases, by the policy to choose from. They live here alone and are gone when it closes. */
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
  const [passphrase, setPassphrase] = useState(policy.kind === 'passphrase');
  const [words, setWords] = useState<number | null>(null);
  const [drawn, setDrawn] = useState<readonly string[] | null>(null);
  const [bits, setBits] = useState(0);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    ask(
      generatePassword,
      {
        policyId: policy.id,
        count: 5,
        ...(passphrase ? { passphrase, ...(words ? { words } : {}) } : length ? { length } : {}),
        ...(username ? { username } : {}),
        ...(resourceType ? { resourceType } : {}),
      },
      { signal: stop.signal },
    ).then(
      (found) => {
        setDrawn(found.passwords);
        setBits(found.bits);
        setError(null);
      },
      (failure: unknown) => {
        if (stop.signal.aborted) return;
        setDrawn(null);
        setError(failure);
      },
    );
    return () => stop.abort();
  }, [policy.id, passphrase, words, length, username, resourceType, round]);
  const shownWords = words ?? Math.max(fewestWords, policy.words);
  return (
    <div className={css.pop}>
      <div className={css.popHead}>
        <span>{kit('policyBy', { name: policy.name })}</span>
        <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={() => setRound(round + 1)}>
          {kit('generateMore')}
        </Button>
      </div>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={kit('generateKind')}
        data={[
          { value: 'password', label: kit('generatePassword'), disabled: policy.kind === 'passphrase' },
          { value: 'passphrase', label: kit('generatePassphrase') },
        ]}
        value={passphrase ? 'passphrase' : 'password'}
        onChange={(kind) => {
          setPassphrase(kind === 'passphrase');
          setDrawn(null);
        }}
      />
      {error !== null &&
        (passphrase && error instanceof ProblemError && error.code === 'password-weak' ? (
          <p className="dim">{kit('generateNoWords')}</p>
        ) : (
          <ErrorBox error={error} retry={() => setRound(round + 1)} />
        ))}
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
      {passphrase ? (
        <label>
          <span className="dim">{kit('generateWords', { count: shownWords })}</span>
          <input
            className={css.slider}
            type="range"
            min={Math.max(3, policy.words)}
            max={mostWords}
            value={shownWords}
            onChange={(event) => setWords(Number(event.currentTarget.value))}
          />
        </label>
      ) : (
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
      )}
      {drawn !== null && <p className={`dim ${css.bits}`}>{kit('generateBits', { bits: Math.floor(bits) })}</p>}
    </div>
  );
}
