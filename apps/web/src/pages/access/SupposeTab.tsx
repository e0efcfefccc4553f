import { ActionIcon, Button, Select } from '@mantine/core';
import {
  supposeAccess,
  type Explanation,
  type HeldKind,
  type Permission,
  type Supposition,
  type UserGroupId,
  type UserId,
} from '@strongroom/contract';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { access } from '../../lib/messages/access.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { roleChoices, useRoles } from '../users/words.tsx';
import css from './access.module.css';
import { actionOf } from './asking.ts';
import { ExplanationView } from './ExplanationView.tsx';
import { Question, useQuestion } from './Question.tsx';
import { SubjectSelect } from './SubjectSelect.tsx';

const kinds = [
  'ifSharePerson',
  'ifShareGroup',
  'ifEndPerson',
  'ifEndGroup',
  'ifJoin',
  'ifLeave',
  'ifRole',
  'ifSuper',
  'ifNotSuper',
  'ifOwn',
] as const;
interface Change {
  readonly key: number;
  readonly kind: (typeof kinds)[number];
  readonly group: string | undefined;
  readonly permission: Permission;
  readonly role: string;
}
const needsGroup = ['ifShareGroup', 'ifEndGroup', 'ifJoin', 'ifLeave'];
const needsPermission = ['ifSharePerson', 'ifShareGroup'];

/** A change as the server takes it. */
function suppositionOf(change: Change, user: string, on: { kind: HeldKind; id: string }): Supposition {
  const userId = user as UserId;
  const userGroupId = (change.group ?? '') as UserGroupId;
  const toUser = { kind: 'user', id: userId } as const;
  const toGroup = { kind: 'user-group', id: userGroupId } as const;
  const permission = on.kind === 'account' && change.permission === 'manage' ? 'modify' : change.permission;
  switch (change.kind) {
    case 'ifSharePerson':
      return { do: 'share', on, to: toUser, permission };
    case 'ifShareGroup':
      return { do: 'share', on, to: toGroup, permission };
    case 'ifEndPerson':
      return { do: 'end-share', on, to: toUser };
    case 'ifEndGroup':
      return { do: 'end-share', on, to: toGroup };
    case 'ifJoin':
      return { do: 'join', userGroupId, userId };
    case 'ifLeave':
      return { do: 'leave', userGroupId, userId };
    case 'ifRole':
      return { do: 'give-role', userId, role: change.role };
    case 'ifSuper':
      return { do: 'set-super-administrator', userId, superAdministrator: true };
    case 'ifNotSuper':
      return { do: 'set-super-administrator', userId, superAdministrator: false };
    case 'ifOwn':
      return {
        do: 'transfer',
        on: { kind: on.kind === 'resource-group' ? on.kind : 'resource', id: on.id },
        toUserId: userId,
      };
  }
}

/** What the answer would be if things were changed: changes are made up, the question is put, and nothing is kept. */
export function SupposeTab() {
  const question = useQuestion();
  const { user, object, kind, deed } = question;
  const roles = roleChoices(useRoles().data?.items ?? []);
  const [changes, setChanges] = useState<readonly Change[]>([]);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [said, setSaid] = useState<{ before: Explanation; after: Explanation } | null>(null);
  const permissions: Permission[] = kind === 'account' ? ['view', 'modify'] : ['view', 'modify', 'manage'];
  const offered = kinds.filter((one) => one !== 'ifOwn' || kind !== 'account');
  const set = (change: Change) => {
    setSaid(null);
    setChanges(changes.map((one) => (one.key === change.key ? change : one)));
  };
  const add = () =>
    setChanges([
      ...changes,
      {
        key: (changes.at(-1)?.key ?? 0) + 1,
        kind: 'ifSharePerson',
        group: undefined,
        permission: 'view',
        role: 'administrator',
      },
    ]);
  const complete = (change: Change) => !needsGroup.includes(change.kind) || change.group !== undefined;
  const go = async () => {
    setTried(true);
    setError(null);
    if (!user || !object || changes.length === 0 || !changes.every(complete)) return;
    setBusy(true);
    try {
      setSaid(
        await ask(supposeAccess, {
          userId: user as UserId,
          action: actionOf(kind, deed),
          objectId: object,
          changes: changes.map((change) => suppositionOf(change, user, { kind, id: object })),
        }),
      );
    } catch (failure) {
      setSaid(null);
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const view = (one: Explanation) => (
    <ExplanationView said={one} who={question.whoName} deed={deed} name={question.objectName} />
  );
  return (
    <>
      <p className="dim">{access('supposeText')}</p>
      <Question of={question} past={false} />
      <fieldset className={css.changes}>
        <legend>{access('suppose')}</legend>
        {changes.map((change) => (
          <div key={change.key} className={css.change}>
            <Select
              aria-label={access('suppose')}
              data={offered.map((one) => ({ value: one, label: access(one) }))}
              allowDeselect={false}
              value={change.kind}
              onChange={(value) => set({ ...change, kind: kinds.find((one) => one === value) ?? change.kind })}
            />
            {needsGroup.includes(change.kind) && (
              <SubjectSelect
                kind="user-group"
                label={access('userGroup')}
                id={change.group}
                choose={(group) => set({ ...change, group })}
                error={tried && !complete(change) ? access('missing') : undefined}
              />
            )}
            {needsPermission.includes(change.kind) && (
              <Select
                label={access('permission')}
                data={permissions.map((one) => ({ value: one, label: access(one) }))}
                allowDeselect={false}
                value={permissions.includes(change.permission) ? change.permission : 'modify'}
                onChange={(value) => set({ ...change, permission: permissions.find((one) => one === value) ?? 'view' })}
              />
            )}
            {change.kind === 'ifRole' && (
              <Select
                label={access('role')}
                data={roles}
                allowDeselect={false}
                value={change.role}
                onChange={(role) => set({ ...change, role: role ?? change.role })}
              />
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={access('removeChange')}
              onClick={() => {
                setSaid(null);
                setChanges(changes.filter((one) => one.key !== change.key));
              }}
            >
              <IconX size={16} />
            </ActionIcon>
          </div>
        ))}
        {tried && changes.length === 0 && (
          <p role="alert" className={css.fault}>
            {access('noChange')}
          </p>
        )}
        {tried && (!user || !object) && (
          <p role="alert" className={css.fault}>
            {access('askWhy')}
          </p>
        )}
        <div className={css.buttons}>
          <Button variant="default" leftSection={<IconPlus size={15} />} onClick={add} disabled={changes.length >= 20}>
            {access('addChange')}
          </Button>
          <Button onClick={() => void go()} loading={busy}>
            {access('answer')}
          </Button>
        </div>
      </fieldset>
      {error !== null && <ErrorBox error={error} />}
      {said && (
        <section className={css.answer} role="status">
          <p>
            <b>{access(said.before.allowed === said.after.allowed ? 'same' : 'turns')}</b>
          </p>
          <div className={css.sides}>
            <div>
              <h2>{access('now')}</h2>
              {view(said.before)}
            </div>
            <div>
              <h2>{access('then')}</h2>
              {view(said.after)}
            </div>
          </div>
        </section>
      )}
    </>
  );
}
