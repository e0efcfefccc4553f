import { Button, SegmentedControl, Textarea } from '@mantine/core';
import { rehearseScript, type Script } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { scripts } from '../../lib/messages/scripts.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Transcript } from './Transcript.tsx';
import css from './scripts.module.css';

/** Has a dialogue on paper: one types what the device would write, and sees what would be sent. */
export function ScriptPaper({
  script,
  part: first,
}: {
  readonly script: Script;
  readonly part: 'reset' | 'verify' | undefined;
}) {
  const [part, setPart] = useState<'reset' | 'verify'>(first ?? 'reset');
  const [said, setSaid] = useState<readonly string[]>([]);
  const [answer, setAnswer] = useState('');
  const query = useQuery({
    queryKey: ['rehearsal', script, part, said],
    queryFn: ({ signal }) => ask(rehearseScript, { script, part, said: [...said] }, { signal }),
    placeholderData: (before) => before,
    gcTime: 0,
  });
  if (query.isPending) return <Bones />;
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  const { lines, ended, why, limits } = query.data;
  const next = () => {
    setSaid([...said, answer]);
    setAnswer('');
  };
  return (
    <section className={css.step} aria-label={scripts('rehearse')}>
      <div className={css.stepHead}>
        <span>{scripts('rehearse')}</span>
        {said.length > 0 && (
          <button type="button" className="link" onClick={() => setSaid([])}>
            {scripts('restart')}
          </button>
        )}
      </div>
      <p className={`dim ${css.help}`}>{scripts('rehearseText')}</p>
      {script.verify && (
        <SegmentedControl
          aria-label={scripts('rehearse')}
          value={part}
          onChange={(one) => {
            setPart(one as 'reset' | 'verify');
            setSaid([]);
          }}
          data={[
            { value: 'reset', label: scripts('setting') },
            { value: 'verify', label: scripts('proof') },
          ]}
        />
      )}
      <Transcript lines={lines} />
      <p role="status" className={css.help}>
        {why}
      </p>
      {ended === 'waiting' && (
        <div className={css.words}>
          <Textarea
            label={scripts('answer')}
            classNames={{ input: 'mono' }}
            autosize
            minRows={1}
            maxRows={6}
            spellCheck={false}
            value={answer}
            onChange={(event) => setAnswer(event.currentTarget.value)}
          />
          <Button variant="default" onClick={next}>
            {scripts('next')}
          </Button>
        </div>
      )}
      {limits.forbidden !== '' && (
        <p className={`dim ${css.help}`}>{scripts('mayNot', { characters: [...limits.forbidden].join(' ') })}</p>
      )}
    </section>
  );
}
