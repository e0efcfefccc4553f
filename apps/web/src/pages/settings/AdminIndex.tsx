import { TextInput } from '@mantine/core';
import { IconLock, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { settings } from '../../lib/messages/settings.ts';
import { useMe } from '../../lib/session.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { MailHealth } from '../mail/MailHealth.tsx';
import { AdminFrame } from './AdminFrame.tsx';
import { adminPages, adminSettings, search, type Entry } from './entries.ts';
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
  const found = text.trim() ? search(adminSettings(me), text) : [];
  if (adminPages(me).length === 0) {
    return <EmptyState icon={IconLock} title={settings('admin.title')} text={settings('admin.nobody')} />;
  }
  return (
    <AdminFrame search={false}>
      <PageHeader title={settings('admin.title')} sub={settings('admin.sub', { organisation: me.organisation.name })} />
      <div className={css.index}>
        <TextInput
          aria-label={settings('admin.searchLabel')}
          placeholder={settings('nav.search')}
          leftSection={<IconSearch size={15} />}
          size="md"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autoComplete="off"
        />
        <div role="status" className="sr">
          {text.trim() && pages.length + found.length === 0 ? settings('admin.none') : ''}
        </div>
        {text.trim() === '' && me.can.includes('mail.status') && <MailHealth />}
        <Places title={settings('nav.people')} entries={pages.filter((entry) => entry.group === 'people')} />
        <Places
          title={settings('nav.organisation')}
          entries={pages.filter((entry) => entry.group === 'organisation')}
        />
        <Places title={settings('nav.server')} entries={pages.filter((entry) => entry.group === 'server')} />
        <Places title={settings('nav.settings')} entries={found} />
        {text.trim() && pages.length + found.length === 0 && (
          <EmptyState icon={IconSearch} title={settings('admin.none')} />
        )}
      </div>
    </AdminFrame>
  );
}
