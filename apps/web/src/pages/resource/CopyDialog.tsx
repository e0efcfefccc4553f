import { Button, Checkbox, NumberInput, SegmentedControl, Stack, Textarea } from '@mantine/core';
import { copyResource, type Inherit, type Resource } from '@strongroom/contract';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { custom } from '../../lib/messages/custom.ts';
import { kit } from '../../lib/messages/kit.ts';
import { keys, queries } from '../../lib/query.ts';
import { useSecrets } from '../../parts/secrets/SecretsProvider.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './resource.module.css';

const parts = ['accounts', 'history', 'shares', 'groups', 'reset', 'fields', 'tags'] as const;
const most = 100;
const inheritOf = (takes: (part: (typeof parts)[number]) => boolean): Inherit => ({
  accounts: takes('accounts'),
  history: takes('history'),
  shares: takes('shares'),
  groups: takes('groups'),
  reset: takes('reset'),
  fields: takes('fields'),
  tags: takes('tags'),
});

/** Makes copies of a resource: how many or which names, and what they take over. */
export default function CopyDialog({ resource, close }: { readonly resource: Resource; readonly close: () => void }) {
  const navigate = useNavigate();
  const { withWhy } = useSecrets();
  const action = useAction();
  const [how, setHow] = useState<'count' | 'names'>('count');
  const [count, setCount] = useState(1);
  const [list, setList] = useState('');
  const [inherit, setInherit] = useState<Inherit>({
    accounts: true,
    history: false,
    shares: false,
    groups: true,
    reset: resource.reset !== null,
    fields: true,
    tags: true,
  });
  const [tried, setTried] = useState(false);
  const names = list
    .split('\n')
    .map((name) => name.trim())
    .filter(Boolean);
  const copies = how === 'count' ? count : names.length;
  const fault =
    copies > most ? custom('copyTooMany') : how === 'names' && copies === 0 ? custom('copyNameMissing') : null;
  // Former passwords and the log-in for others are of the accounts: without these they go too.
  const needsAccounts = (part: (typeof parts)[number]): boolean =>
    part === 'history' || (part === 'reset' && resource.reset?.settings['loginWith'] === 'another account');
  const wanted = inheritOf((part) => inherit[part] && (inherit.accounts || !needsAccounts(part)));
  const go = async () => {
    setTried(true);
    if (fault !== null || copies < 1) return;
    const work = (why: { readonly reason?: string }) =>
      action.run(async () => {
        const { items } = await ask(copyResource, {
          resourceId: resource.id,
          ...(how === 'names' ? { names } : { count }),
          inherit: wanted,
          ...(why.reason ? { reason: why.reason } : {}),
        });
        await Promise.all(
          [keys.resources, keys.accounts, keys.dashboard, keys.groups].map((queryKey) =>
            queries.invalidateQueries({ queryKey }),
          ),
        );
        toast({ message: custom('copied', { count: items.length, name: resource.name }) });
        close();
        const [only] = items;
        await navigate({ to: items.length === 1 && only ? `/resources/${only.id}` : '/resources' });
      });
    await withWhy(resource.id, custom('copyWhy', { name: resource.name }), (why) => work(why));
  };
  return (
    <Dialog open close={close} title={custom('copyTitle', { name: resource.name })} size={520} closable={!action.busy}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <Stack gap={14}>
          <p className={css.say}>{custom('copyText', { name: resource.name })}</p>
          <SegmentedControl
            aria-label={custom('copyHow')}
            value={how}
            onChange={(value) => setHow(value === 'names' ? 'names' : 'count')}
            data={[
              { value: 'count', label: custom('copyCount') },
              { value: 'names', label: custom('copyNames') },
            ]}
          />
          {how === 'count' ? (
            <NumberInput
              label={custom('copyNumber')}
              description={custom('copyNumberHelp', { name: resource.name })}
              min={1}
              max={most}
              allowDecimal={false}
              value={count}
              onChange={(value) => setCount(Number(value) || 0)}
              data-autofocus
            />
          ) : (
            <Textarea
              label={custom('copyNameList')}
              autosize
              minRows={3}
              maxRows={10}
              value={list}
              onChange={(event) => setList(event.currentTarget.value)}
              error={tried ? fault : null}
              spellCheck={false}
              data-autofocus
            />
          )}
          <Checkbox.Group
            label={custom('inherit')}
            value={parts.filter((part) => wanted[part])}
            onChange={(chosen) => setInherit(inheritOf((part) => chosen.includes(part)))}
          >
            <Stack gap={8} mt={6}>
              {parts.map((part) => (
                <Checkbox
                  key={part}
                  value={part}
                  label={custom(`inherit.${part}`)}
                  disabled={
                    (needsAccounts(part) && !inherit.accounts) ||
                    (part === 'reset' && resource.reset === null) ||
                    (part === 'shares' && !resource.can.includes('resource.share'))
                  }
                />
              ))}
            </Stack>
          </Checkbox.Group>
          {action.error !== null && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {custom('copyGo', { count: Math.max(1, copies) })}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
