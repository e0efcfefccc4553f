import { TextInput } from '@mantine/core';
import { IconLock, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { administration } from '../../lib/messages/administration.ts';
import { useMe } from '../../lib/session.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { MailHealth } from '../mail/MailHealth.tsx';
import { AdminFrame } from './AdminFrame.tsx';
import { adminPages, search, type Entry } from './entries.ts';
import { useSettingEntries } from './use-setting-entries.ts';
import css from './admin.module.css';

function Places({ title, entries }: { readonly title: string; readonly entries: readonly Entry[] }) {
  if (entries.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul className="card">
        {entries.map((entry) => (
          <li key={entry.id}>
            <Link to={entry.to} {...(entry.anchor ? { hash: entry.anchor } : {})} className={css.place}>
              <b>{entry.label}</b>
              <span>{entry.says}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The start of the administration: its pages, and a search over every setting. */
export default function AdminIndex() {
  const me = useMe();
  const [text, setText] = useState('');
  const pages = search(adminPages(me), text);
  const [searching, setSearching] = useState(false);
  const fields = useSettingEntries(searching);
  const found = text.trim() ? search(fields ?? [], text) : [];
  const none = text.trim() !== '' && fields !== undefined && pages.length + found.length === 0;
  if (adminPages(me).length === 0) {
    return <EmptyState icon={IconLock} title={administration('admin.title')} text={administration('admin.nobody')} />;
  }
  return (
    <AdminFrame search={false}>
      <PageHeader
        title={administration('admin.title')}
        sub={administration('admin.sub', { organisation: me.organisation.name })}
      />
      <div className={css.index}>
        <TextInput
          aria-label={administration('admin.searchLabel')}
          placeholder={administration('nav.search')}
          leftSection={<IconSearch size={15} />}
          size="md"
          value={text}
          onFocus={() => setSearching(true)}
          onChange={(event) => setText(event.currentTarget.value)}
          autoComplete="off"
        />
        <div role="status" className="sr">
          {none ? administration('admin.none') : ''}
        </div>
        {text.trim() === '' && me.can.includes('mail.status') && <MailHealth />}
        <Places title={administration('nav.people')} entries={pages.filter((entry) => entry.group === 'people')} />
        <Places
          title={administration('nav.organisation')}
          entries={pages.filter((entry) => entry.group === 'organisation')}
        />
        <Places title={administration('nav.server')} entries={pages.filter((entry) => entry.group === 'server')} />
        <Places title={administration('nav.settings')} entries={found} />
        {none && <EmptyState icon={IconSearch} title={administration('admin.none')} />}
      </div>
    </AdminFrame>
  );
}
