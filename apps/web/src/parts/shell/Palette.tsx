import { Loader, Modal, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listAccounts, readAccount, searchAll, type AccountId, type Found } from '@strongroom/contract';
import { IconArrowRight, IconFolders, IconSearch, IconUser, IconUsersGroup } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Fragment, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { ask } from '../../lib/client.ts';
import { keys } from '../../lib/query.ts';
import { palette } from '../../lib/messages/palette.ts';
import { tell } from '../../lib/problem.ts';
import { endSession, useMe } from '../../lib/session.tsx';
import { copySecret } from '../../ui/clipboard.tsx';
import { toastProblem } from '../../ui/toast.tsx';
import { useOverlay } from '../../ui/use-overlay.ts';
import { nameOf, useSecrets } from '../secrets/SecretsProvider.tsx';
import { Marked, marked } from '../Marked.tsx';
import { TypeIcon } from '../TypeIcon.tsx';
import { commandsFor } from './commands.tsx';
import css from './palette.module.css';

interface Item {
  readonly id: string;
  readonly group: string;
  readonly icon: ReactNode;
  readonly label: string;
  readonly sub?: string;
  readonly hint?: string | undefined;
  readonly accountId?: AccountId;
  readonly go: () => void;
}

const iconOf = ({ kind, type }: Found): ReactNode =>
  kind === 'resource' || kind === 'account' ? (
    <TypeIcon type={type ?? ''} />
  ) : kind === 'resource-group' ? (
    <IconFolders size={16} />
  ) : kind === 'user' ? (
    <IconUser size={16} />
  ) : (
    <IconUsersGroup size={16} />
  );

/** The page that shows what was found. */
function placeOf({ kind, id }: Found): { to: string; search?: Record<string, string> } {
  switch (kind) {
    case 'account':
      return { to: '/home', search: { view: 'all', account: id } };
    case 'resource':
      return { to: `/resources/${id}` };
    case 'resource-group':
      return { to: `/resources/groups/${id}` };
    case 'user':
      return { to: `/admin/users/${id}` };
    case 'user-group':
      return { to: `/admin/user-groups/${id}` };
  }
}

/** Ctrl K: finds any account, resource, group or user, and every page and command, from anywhere. */
export default function Palette({
  open,
  close,
  openKeys,
}: {
  readonly open: boolean;
  readonly close: () => void;
  readonly openKeys: () => void;
}) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [asked] = useDebouncedValue(text.trim(), 90);
  const navigate = useNavigate();
  const me = useMe();
  const secrets = useSecrets();
  const list = useRef<HTMLDivElement>(null);
  useOverlay(open, close);
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const commandsOnly = text.startsWith('>');
  const search = commandsOnly ? '' : asked;
  const recent = useQuery({
    queryKey: [...keys.accounts, 'palette'],
    queryFn: ({ signal }) => ask(listAccounts, { limit: 6, view: 'recent' }, { signal }),
    enabled: open && !commandsOnly && search === '',
  });
  const results = useQuery({
    queryKey: ['search', search],
    queryFn: ({ signal }) => ask(searchAll, { q: search, limit: 6 }, { signal }),
    enabled: open && search !== '',
    placeholderData: keepPreviousData,
  });
  useEffect(() => setAt(0), [text]);
  useEffect(() => {
    if (open) setText('');
  }, [open]);

  const items = useMemo<readonly Item[]>(() => {
    const words = (commandsOnly ? text.slice(1) : text).trim().toLowerCase();
    const found: Item[] = [];
    if (!commandsOnly) {
      if (search === '')
        for (const account of recent.data?.items ?? [])
          found.push({
            id: account.id,
            group: palette('recent'),
            icon: <TypeIcon type={account.resourceType} />,
            label: account.username,
            sub: account.resourceName,
            hint: palette('enterOpens'),
            accountId: account.id,
            go: () => void navigate({ to: '/home', search: { view: 'all', account: account.id } }),
          });
      else
        for (const { kind, items: things } of results.data?.kinds ?? [])
          for (const thing of things)
            found.push({
              id: thing.id,
              group: palette(results.data?.nearly ? `nearly.${kind}` : `kind.${kind}`),
              icon: iconOf(thing),
              label: thing.title,
              sub: thing.detail,
              ...(kind === 'account' ? { accountId: thing.id as AccountId, hint: palette('enterOpens') } : {}),
              go: () => void navigate(placeOf(thing)),
            });
    }
    const does = {
      dark,
      theme: () => setColorScheme(dark ? 'light' : 'dark'),
      keys: openKeys,
      signOut: () => void endSession().catch(toastProblem),
    };
    for (const command of commandsFor(me, does)) {
      if (words && !command.label.toLowerCase().includes(words)) continue;
      if (commandsOnly && command.group !== 'commands') continue;
      found.push({
        id: command.id,
        group: palette(command.group),
        icon: command.icon,
        label: command.label,
        hint: command.hint,
        go: () => (command.to ? void navigate({ to: command.to, search: command.search ?? {} }) : command.does?.()),
      });
    }
    return found;
  }, [recent.data, results.data, text, search, commandsOnly, dark, me, navigate, openKeys, setColorScheme]);

  const current = items[Math.min(at, items.length - 1)];
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const go = (item: Item | undefined) => {
    if (!item) return;
    close();
    item.go();
  };
  const copy = async (accountId: AccountId) => {
    const account = await ask(readAccount, { accountId });
    const password = await secrets.reveal(account, 'copy');
    if (password !== null) await copySecret(password, nameOf(account), me.preferences.clearClipboardSeconds);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const field = event.currentTarget;
    if (event.key === 'ArrowDown') setAt(Math.min(items.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
    else if (event.key === 'Enter') go(current);
    else if (
      (event.ctrlKey || event.metaKey) &&
      event.key.toLowerCase() === 'c' &&
      field.selectionStart === field.selectionEnd &&
      current?.accountId
    ) {
      close();
      copy(current.accountId).catch(toastProblem);
    } else return;
    event.preventDefault();
  };
  const failure = recent.error ?? results.error;
  const words = marked(search);
  return (
    <Modal.Root
      opened={open}
      onClose={close}
      closeOnEscape={false}
      size={640}
      yOffset="12vh"
      centered={false}
      transitionProps={{ duration: 90, transition: 'fade' }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={palette('title')}>
        <Modal.Body p={0}>
          <div className={css.input}>
            <IconSearch size={18} aria-hidden />
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={current ? `palette-${current.id}` : undefined}
              aria-label={palette('placeholder')}
              placeholder={palette('placeholder')}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              onKeyDown={onKeyDown}
              data-autofocus
              autoComplete="off"
              spellCheck={false}
            />
            {(recent.isFetching || results.isFetching) && <Loader size={14} />}
            <kbd className="kbd">Esc</kbd>
          </div>
          <div role="listbox" id="palette-list" aria-label={palette('results')} ref={list} className={css.list}>
            {items.map((item, index) => (
              <Fragment key={item.id}>
                {items[index - 1]?.group !== item.group && (
                  <div className={css.group} role="presentation">
                    {item.group}
                  </div>
                )}
                <div
                  role="option"
                  id={`palette-${item.id}`}
                  aria-selected={item === current}
                  className={css.item}
                  data-on={item === current || undefined}
                  onMouseMove={() => setAt(index)}
                  onClick={() => go(item)}
                >
                  {item.icon}
                  <span className="trunc">
                    <b>
                      <bdi>
                        <Marked text={item.label} words={words} />
                      </bdi>
                    </b>
                    {item.sub && (
                      <bdi className="dim">
                        {' '}
                        <Marked text={item.sub} words={words} />
                      </bdi>
                    )}
                  </span>
                  <span className={css.hint}>
                    {item === current
                      ? (item.hint ?? <IconArrowRight size={14} aria-hidden />)
                      : item.accountId
                        ? ''
                        : item.hint}
                  </span>
                </div>
              </Fragment>
            ))}
          </div>
          {items.length === 0 && !failure && !recent.isFetching && !results.isFetching && (
            <p className={css.none}>{palette('nothing', { text })}</p>
          )}
          {failure && <p className={css.none}>{palette('failed', { text: tell(failure).text })}</p>}
          <div className="sr" role="status">
            {palette('count', { count: items.length })}
          </div>
          <div className={css.foot}>
            <span>
              <kbd className="kbd">↑</kbd> <kbd className="kbd">↓</kbd> {palette('move')}
            </span>
            <span>
              <kbd className="kbd">Enter</kbd> {palette('open')}
            </span>
            <span>
              <kbd className="kbd">Ctrl</kbd> <kbd className="kbd">C</kbd> {palette('copy')}
            </span>
            <span className={css.end}>{palette.rich('prefix', { sign: <b>&gt;</b> })}</span>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
