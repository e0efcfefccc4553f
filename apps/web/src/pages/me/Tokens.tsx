import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { listMyTokens, revokeMyToken, type Token } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, date, exact } from '../../lib/format.ts';
import { me as words } from '../../lib/messages/me.ts';
import { keys, queries } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { toast } from '../../ui/toast.tsx';
import { AskDialog } from '../users/AskDialog.tsx';
import { TokenDialog } from '../users/TokenDialog.tsx';
import { NewToken } from './NewToken.tsx';
import css from './me.module.css';

function TokenLine({ token, end }: { readonly token: Token; readonly end: () => void }) {
  const over = token.expiresAt !== null && Date.parse(token.expiresAt) < Date.now();
  return (
    <li>
      <div className={css.item}>
        <b>{token.name}</b>
        <span>
          <bdi className="mono">{token.hint}</bdi> · {words('tokens.createdAt', { when: date(token.createdAt) })} ·{' '}
          {token.expiresAt ? (
            <span title={exact(token.expiresAt)}>
              {words(over ? 'tokens.endedAt' : 'tokens.endsAt', { when: date(token.expiresAt) })}
            </span>
          ) : (
            words('tokens.endless')
          )}{' '}
          · {token.lastUsedAt ? words('tokens.usedAt', { when: ago(token.lastUsedAt) }) : words('tokens.notUsed')}
        </span>
        <span className={css.pills}>
          {token.scopes.map((scope) => (
            <Pill key={scope} tone="neutral">
              {words(`scope.${scope}`)}
            </Pill>
          ))}
        </span>
      </div>
      <Button size="xs" variant="default" aria-label={words('tokens.endWhat', { name: token.name })} onClick={end}>
        {words('tokens.end')}
      </Button>
    </li>
  );
}

/** One's own API tokens: make one, which is shown once, and end one. */
export function Tokens() {
  const tokens = useQuery({ queryKey: keys.tokens, queryFn: ({ signal }) => ask(listMyTokens, {}, { signal }) });
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [ending, setEnding] = useState<Token | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: keys.tokens });
  return (
    <FormSection title={words('tokens.heading')} text={words('tokens.intro')}>
      <div className={css.actions}>
        <Button variant="default" leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
          {words('tokens.add')}
        </Button>
      </div>
      {tokens.data ? (
        tokens.data.items.length === 0 ? (
          <p className={css.none}>{words('tokens.empty')}</p>
        ) : (
          <ul className={css.list}>
            {tokens.data.items.map((token) => (
              <TokenLine key={token.id} token={token} end={() => setEnding(token)} />
            ))}
          </ul>
        )
      ) : tokens.isError ? (
        <ErrorBox error={tokens.error} retry={() => void tokens.refetch()} />
      ) : (
        <Bones lines={[70, 50]} />
      )}
      <NewToken
        open={adding}
        close={() => setAdding(false)}
        made={(token) => {
          setAdding(false);
          setMade(token);
          void refresh();
        }}
      />
      <TokenDialog token={made} title={words('once.title')} done={() => setMade(null)} />
      <AskDialog
        open={ending !== null}
        close={() => setEnding(null)}
        title={words('tokens.endTitle', { name: ending?.name ?? '' })}
        body={words('tokens.endBody')}
        keep={words('tokens.keep')}
        go={words('tokens.endButton')}
        danger
        does={async () => {
          if (!ending) return;
          await ask(revokeMyToken, { tokenId: ending.id });
          await refresh();
          toast({ message: words('tokens.ended', { name: ending.name }) });
        }}
      />
    </FormSection>
  );
}
