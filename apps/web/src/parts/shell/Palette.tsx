import { Loader, Modal, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listAccounts, listResources, type Account } from '@strongroom/contract';
import { IconArrowRight, IconSearch } from '@tabler/icons-react';
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
  readonly account?: Account;
  readonly go: () => void;
}

/** Ctrl K: finds any account or resource, and every page and command, from anywhere. */
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
  const accounts = useQuery({
    queryKey: [...keys.accounts, 'palette', search],
    queryFn: ({ signal }) =>
      ask(listAccounts, { limit: 6, view: search ? 'all' : 'recent', ...(search ? { search } : {}) }, { signal }),
    enabled: open && !commandsOnly,
    placeholderData: keepPreviousData,
  });
  const resources = useQuery({
    queryKey: [...keys.resources, 'palette', search],
    queryFn: ({ signal }) => ask(listResources, { limit: 6, search }, { signal }),
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
      for (const account of accounts.data?.items ?? []) {
        found.push({
          id: account.id,
          group: palette(search ? 'accounts' : 'recent'),
          icon: <TypeIcon type={account.resourceType} />,
          label: account.username,
          sub: account.resourceName,
          hint: palette('enterOpens'),
          account,
          go: () => void navigate({ to: '/home', search: { view: 'all', account: account.id } }),
        });
      }
      if (search) {
        for (const resource of resources.data?.items ?? []) {
          found.push({
            id: resource.id,
            group: palette('resources'),
            icon: <TypeIcon type={resource.type} />,
            label: resource.name,
            sub: resource.dnsName,
            go: () => void navigate({ to: `/resources/${resource.id}` }),
          });
        }
      }
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
  }, [accounts.data, resources.data, text, search, commandsOnly, dark, me, navigate, openKeys, setColorScheme]);

  const current = items[Math.min(at, items.length - 1)];
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const go = (item: Item | undefined) => {
    if (!item) return;
    close();
    item.go();
  };
  const copy = async (account: Account) => {
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
      current?.account
    ) {
      close();
      void copy(current.account);
    } else return;
    event.preventDefault();
  };
  const failure = accounts.error ?? resources.error;
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
            {(accounts.isFetching || resources.isFetching) && <Loader size={14} />}
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
                      <bdi>{item.label}</bdi>
                    </b>
                    {item.sub && <bdi className="dim"> {item.sub}</bdi>}
                  </span>
                  <span className={css.hint}>
                    {item === current
                      ? (item.hint ?? <IconArrowRight size={14} aria-hidden />)
                      : item.account
                        ? ''
                        : item.hint}
                  </span>
                </div>
              </Fragment>
            ))}
          </div>
          {items.length === 0 && !accounts.isFetching && <p className={css.none}>{palette('nothing', { text })}</p>}
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
