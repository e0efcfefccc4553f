import { Select, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { administration } from '../../lib/messages/administration.ts';
import { useMe } from '../../lib/session.tsx';
import { adminPages, search, type Entry } from './entries.ts';
import { useSettingEntries } from './use-setting-entries.ts';
import css from './admin.module.css';

const groups = ['people', 'organisation', 'server'] as const;

function EntryLink({ entry, path }: { readonly entry: Entry; readonly path: string }) {
  const current = !entry.anchor && (path === entry.to || path.startsWith(`${entry.to}/`));
  return (
    <li>
      <Link
        to={entry.to}
        {...(entry.anchor ? { hash: entry.anchor } : {})}
        className={css.link}
        // The router would light every place above this one too.
        activeOptions={{ exact: true }}
        aria-current={current ? 'page' : undefined}
      >
        {entry.label}
      </Link>
    </li>
  );
}

/**
 * The pages of the administration: their list at the left with a search over every setting, the page beside it. Below 992 px
 * the list is one field on top. `table` makes the page fill the height, for lists that scroll themselves.
 */
export function AdminFrame(props: {
  readonly table?: boolean;
  readonly search?: boolean;
  /** The list entry that this page stands under, where its address does not say so. */
  readonly under?: string;
  readonly children: ReactNode;
}) {
  const me = useMe();
  const address = useLocation({ select: (location) => location.pathname });
  const path = props.under ?? address;
  const navigate = useNavigate();
  const narrow = useMediaQuery('(max-width: 62em)', matchMedia('(max-width: 62em)').matches, {
    getInitialValueInEffect: false,
  });
  const [text, setText] = useState('');
  const [searching, setSearching] = useState(false);
  const pages = adminPages(me);
  const fields = useSettingEntries(searching);
  const found = text.trim() ? search([...pages, ...(fields ?? [])], text) : null;
  const here = pages.find((entry) => path === entry.to || path.startsWith(`${entry.to}/`));
  return (
    <div className={css.frame}>
      {narrow ? (
        pages.length > 1 && (
          <div className={css.pick}>
            <Select
              aria-label={administration('nav.page')}
              placeholder={administration('nav.page')}
              data={pages.map((entry) => ({ value: entry.to, label: entry.label }))}
              value={here?.to ?? null}
              onChange={(to) => to && void navigate({ to })}
              allowDeselect={false}
            />
          </div>
        )
      ) : (
        <nav className={css.nav} aria-label={administration('nav.label')} data-region>
          {props.search !== false && (
            <div className="soft">
              <TextInput
                aria-label={administration('nav.search')}
                placeholder={administration('nav.search')}
                leftSection={<IconSearch size={15} />}
                value={text}
                onFocus={() => setSearching(true)}
                onChange={(event) => setText(event.currentTarget.value)}
                autoComplete="off"
              />
            </div>
          )}
          {found ? (
            found.length > 0 ? (
              <ul>
                {found.map((entry) => (
                  <EntryLink key={entry.id} entry={entry} path={path} />
                ))}
              </ul>
            ) : (
              fields && <p className={css.none}>{administration('nav.none')}</p>
            )
          ) : (
            groups.map((group) => {
              const inside = pages.filter((entry) => entry.group === group);
              return (
                inside.length > 0 && (
                  <div key={group}>
                    <div className={css.group}>{administration(`nav.${group}`)}</div>
                    <ul>
                      {inside.map((entry) => (
                        <EntryLink key={entry.id} entry={entry} path={path} />
                      ))}
                    </ul>
                  </div>
                )
              );
            })
          )}
        </nav>
      )}
      <div className={css.content} data-table={props.table || undefined}>
        {props.children}
      </div>
    </div>
  );
}
