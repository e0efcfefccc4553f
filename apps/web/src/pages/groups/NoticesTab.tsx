import { Alert, Checkbox, Switch, TagsInput } from '@mantine/core';
import { readNotices, setNotices, type NoticeRules, type ResourceGroup } from '@strongroom/contract';
import { IconChevronRight, IconMailOff, IconUser, IconUsers, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { notices } from '../../lib/messages/notices.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { PrincipalSelect } from '../../parts/shares/PrincipalSelect.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import { draftsOf, resets, rulesOf, summaryOf, wrongAddress, type Draft } from './notice-form.ts';
import css from './notices.module.css';

function Row(props: {
  readonly draft: Draft;
  readonly set: (part: Partial<Draft>) => void;
  readonly checked: boolean;
}) {
  const { draft, set } = props;
  const mayName = useCan('principal.list');
  const wrong = wrongAddress(draft);
  const [opened, setOpened] = useState(false);
  const open = opened || (props.checked && wrong !== undefined);
  const panel = useId();
  const title = notices(draft.event);
  return (
    <li className={css.row}>
      <h2>
        <button type="button" aria-expanded={open} aria-controls={panel} onClick={() => setOpened(!open)}>
          <IconChevronRight size={16} aria-hidden data-open={open || undefined} />
          <span className={css.what}>
            <b>{title}</b>
            <span>{notices(`${draft.event}.says`)}</span>
          </span>
          <span className={css.summary}>{summaryOf(draft)}</span>
        </button>
      </h2>
      {open && (
        <div className={css.panel} id={panel} role="group" aria-label={title}>
          <Checkbox
            label={notices('owner')}
            description={notices('ownerHelp')}
            checked={draft.owner}
            onChange={(event) => set({ owner: event.currentTarget.checked })}
          />
          <Checkbox
            label={notices('people')}
            description={notices('peopleHelp')}
            checked={draft.people}
            onChange={(event) => set({ people: event.currentTarget.checked })}
          />
          <div className={css.named}>
            <span className={css.label}>{notices('named')}</span>
            {draft.named.length > 0 && (
              <ul>
                {draft.named.map((one) => (
                  <li key={one.id}>
                    {one.kind === 'user' ? <IconUser size={14} aria-hidden /> : <IconUsers size={14} aria-hidden />}
                    <bdi>{one.name}</bdi>
                    <button
                      type="button"
                      aria-label={notices('removeNamed', { name: one.name })}
                      onClick={() => set({ named: draft.named.filter((other) => other.id !== one.id) })}
                    >
                      <IconX size={14} aria-hidden />
                    </button>
                  </li>
                ))}
              </ul>
            )}
            {mayName && (
              <PrincipalSelect
                label={notices('add')}
                description={notices('addHelp')}
                chosen={null}
                without={draft.named.map((one) => one.id)}
                choose={(one) =>
                  one && set({ named: [...draft.named, { kind: one.kind, id: one.id, name: one.name }] })
                }
              />
            )}
          </div>
          <TagsInput
            label={notices('addresses')}
            description={notices('addressesHelp')}
            value={[...draft.addresses]}
            onChange={(addresses) => set({ addresses })}
            splitChars={[',', ';', ' ']}
            maxTags={50}
            acceptValueOnBlur
            error={wrong === undefined ? null : notices('addressWrong', { address: wrong })}
          />
          {resets(draft.event) && (
            <Switch
              label={notices('alsoReset')}
              description={
                <>
                  {notices(`alsoReset.${draft.event}`)}{' '}
                  {draft.resetBy !== null && notices('resetBy', { name: draft.resetBy })}
                </>
              }
              checked={draft.alsoReset}
              onChange={(event) => set({ alsoReset: event.currentTarget.checked })}
            />
          )}
        </div>
      )}
    </li>
  );
}

function Form({ group, stored }: { readonly group: ResourceGroup; readonly stored: NoticeRules }) {
  const [drafts, setDrafts] = useState(() => draftsOf(stored));
  const [checked, setChecked] = useState(false);
  const save = useAction();
  const mayMail = useCan('mail.list');
  const dirty = JSON.stringify(rulesOf(drafts)) !== JSON.stringify(rulesOf(draftsOf(stored)));
  const submit = async () => {
    setChecked(true);
    if (drafts.some((draft) => wrongAddress(draft) !== undefined)) return;
    await save.run(async () => {
      const now = await ask(setNotices, { groupId: group.id, rules: rulesOf(drafts) });
      queries.setQueryData(keys.notices(group.id), now);
      setDrafts(draftsOf(now));
      setChecked(false);
      toast({ message: notices('saved') });
    });
  };
  return (
    <form
      className={css.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (dirty) void submit();
      }}
    >
      {save.error !== null && <ErrorBox error={save.error} />}
      {!stored.mailSet && (
        <Alert color="yellow" icon={<IconMailOff size={18} />}>
          {notices('noMail')}{' '}
          {mayMail && (
            <Link to="/admin/mail" className="lnk">
              {notices('setMail')}
            </Link>
          )}
        </Alert>
      )}
      <p className="dim">{notices('text')}</p>
      <ul className={`card ${css.rows}`}>
        {drafts.map((draft) => (
          <Row
            key={draft.event}
            draft={draft}
            checked={checked}
            set={(part) =>
              setDrafts((before) => before.map((one) => (one.event === draft.event ? { ...one, ...part } : one)))
            }
          />
        ))}
      </ul>
      <SaveBar
        dirty={dirty}
        busy={save.busy}
        save={() => void submit()}
        discard={() => {
          setDrafts(draftsOf(stored));
          setChecked(false);
          save.clear();
        }}
      />
    </form>
  );
}

/** Who is told what happens to the passwords of a group: six events, and whom each is told. */
export default function NoticesTab({ group }: { readonly group: ResourceGroup }) {
  const stored = useQuery({
    queryKey: keys.notices(group.id),
    queryFn: ({ signal }) => ask(readNotices, { groupId: group.id }, { signal }),
  });
  if (stored.data) return <Form group={group} stored={stored.data} />;
  return stored.isError ? <ErrorBox error={stored.error} retry={() => void stored.refetch()} /> : <Bones />;
}
