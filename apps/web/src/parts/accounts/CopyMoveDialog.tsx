import { Button, Loader, MultiSelect, SegmentedControl, Select, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { copyAccount, listResources, moveAccount, type Account } from '@strongroom/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { kit } from '../../lib/messages/kit.ts';
import { keys } from '../../lib/query.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import { refreshAccount } from './store.ts';
import { UsedByWarning } from './UsedByWarning.tsx';

/** Copies an account to other resources, or moves it to one. Resources are found by typing: there may be thousands. */
export default function CopyMoveDialog({ account, close }: { readonly account: Account; readonly close: () => void }) {
  const mayCopy = account.can.includes('account.copy');
  const mayMove = account.can.includes('account.move');
  const [how, setHow] = useState<'copy' | 'move'>(mayCopy ? 'copy' : 'move');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text, 150);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  // Names of what was chosen stay known when a new search no longer finds it.
  const names = useRef(new Map<string, string>());
  const found = useQuery({
    queryKey: [...keys.resources, 'choose', asked],
    queryFn: ({ signal }) => ask(listResources, { limit: 20, ...(asked ? { search: asked } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  for (const { id, name } of found.data?.items ?? []) names.current.set(id, name);
  const data = [...names.current]
    .filter(([id]) => id !== account.resourceId)
    .map(([value, label]) => ({ value, label }));
  const submit = async () => {
    setTried(true);
    const [first] = chosen;
    if (!first || busy) return;
    setBusy(true);
    setError(null);
    try {
      if (how === 'copy') {
        await ask(copyAccount, { accountId: account.id, resourceIds: [...chosen] });
        toast({ message: accounts('copied', { name: nameOf(account), count: chosen.length }) });
      } else {
        await ask(moveAccount, { accountId: account.id, resourceId: first });
        toast({ message: accounts('moved', { name: nameOf(account), resource: names.current.get(first) ?? '' }) });
      }
      await refreshAccount(account);
      close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const shared = {
    data,
    searchable: true,
    onSearchChange: setText,
    placeholder: accounts('findResource'),
    nothingFoundMessage: accounts('noResource'),
    withAsterisk: true,
    error: tried && chosen.length === 0 ? accounts('chooseMissing') : null,
  };
  return (
    <Dialog open close={close} title={accounts('copyMoveTitle', { name: nameOf(account) })} closable={!busy}>
      <Stack gap={14}>
        {mayCopy && mayMove && (
          <SegmentedControl
            value={how}
            onChange={(value) => {
              setHow(value === 'move' ? 'move' : 'copy');
              setChosen([]);
            }}
            data={[
              { value: 'copy', label: accounts('copyTo') },
              { value: 'move', label: accounts('moveTo') },
            ]}
          />
        )}
        {how === 'move' && <UsedByWarning accountIds={[account.id]} />}
        {how === 'copy' ? (
          <MultiSelect
            label={accounts('chooseResources')}
            description={accounts('copyToHelp')}
            value={[...chosen]}
            onChange={setChosen}
            {...shared}
          />
        ) : (
          <Select
            label={accounts('chooseResource')}
            description={accounts('moveToHelp')}
            value={chosen[0] ?? null}
            onChange={(id) => setChosen(id ? [id] : [])}
            {...shared}
          />
        )}
        {error !== null && <ErrorBox error={error} />}
      </Stack>
      <DialogActions>
        <Button variant="default" onClick={close} disabled={busy}>
          {kit('cancel')}
        </Button>
        <Button
          onClick={() => void submit()}
          aria-disabled={busy}
          {...(busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
        >
          {accounts(how === 'copy' ? 'copyGo' : 'moveGo')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
