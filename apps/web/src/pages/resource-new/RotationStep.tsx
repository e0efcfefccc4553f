import { Button, Switch } from '@mantine/core';
import type { ResourceType } from '@strongroom/contract';
import type { ReactNode } from 'react';
import type { Field } from '../../lib/json-schema.ts';
import { bytes } from '../../lib/format.ts';
import { files } from '../../lib/messages/files.ts';
import { resources } from '../../lib/messages/resources.ts';
import { meantRows } from '../../parts/accounts/AccountRows.tsx';
import type { DetailsDraft } from '../../parts/resource/details.ts';
import { ResetFields, type ResetDraft } from '../../parts/reset/ResetFields.tsx';
import { resetErrors } from '../../parts/reset/server-errors.ts';
import { FormSection } from '../../ui/FormSection.tsx';
import type { Draft } from './draft.ts';
import css from './wizard.module.css';

function Line({
  what,
  edit,
  children,
}: {
  readonly what: string;
  readonly edit: (() => void) | null;
  readonly children: ReactNode;
}) {
  return (
    <div>
      <dt>{what}</dt>
      <dd>
        <div>{children}</div>
        {edit && (
          <Button size="xs" variant="subtle" color="gray" onClick={edit} aria-label={resources('reviewEdit', { what })}>
            {resources('edit')}
          </Button>
        )}
      </dd>
    </div>
  );
}

/** How it is logged in to, and a plain summary of everything before it is added. */
export function RotationStep(props: {
  readonly draft: Draft;
  readonly change: (more: Partial<Draft>) => void;
  readonly type: ResourceType;
  readonly details: DetailsDraft;
  readonly fields: readonly Field[];
  readonly reset: ResetDraft | null;
  readonly error: unknown;
  readonly checked: boolean;
  readonly goTo: (step: number) => void;
}) {
  const { draft, change, type, details, reset } = props;
  const rows = meantRows(draft.accounts);
  const names = [...new Set(rows.map(({ username }) => username.trim()))]
    .filter(Boolean)
    .map((name) => ({ value: name, label: name }));
  return (
    <>
      <FormSection
        title={resources('factRotation')}
        text={type.driver ? undefined : type.holdsFiles ? files('noRotation') : resources('noDriver')}
      >
        {type.driver && (
          <>
            <Switch
              label={resources('rotationOn')}
              description={
                details.dnsName === ''
                  ? resources('rotationNeedsAddress')
                  : resources('rotationOnHelp', { address: details.dnsName })
              }
              disabled={details.dnsName === ''}
              checked={reset !== null}
              onChange={(event) => change({ rotationOff: !event.currentTarget.checked })}
            />
            {reset && (
              <ResetFields
                fields={props.fields}
                draft={reset}
                onChange={(changed) => change({ reset: changed })}
                accounts={names}
                errors={resetErrors(props.error)}
                checked={props.checked}
              />
            )}
          </>
        )}
      </FormSection>
      <FormSection title={resources('review')}>
        <dl className={css.review}>
          <Line what={resources('name')} edit={() => props.goTo(0)}>
            <bdi>{details.name}</bdi>
            {details.dnsName && <bdi className="mono dim"> {details.dnsName}</bdi>}
          </Line>
          <Line what={resources('typeIs')} edit={() => props.goTo(0)}>
            {type.title}
          </Line>
          <Line what={resources('accounts')} edit={() => props.goTo(1)}>
            {rows.length === 0 && <span className="dim">{resources('noAccounts')}</span>}
            <ul>
              {rows.map(({ key, username, password, file }) => (
                <li key={key}>
                  <bdi>{username}</bdi>{' '}
                  <span className="dim">
                    {type.holdsFiles
                      ? file
                        ? files('chosen', { file: file.name, size: bytes(file.size) })
                        : files('later')
                      : resources(password === '' ? 'reviewPasswordDrawn' : 'reviewPasswordGiven')}
                  </span>
                </li>
              ))}
            </ul>
          </Line>
          <Line what={resources('factRotation')} edit={null}>
            {resources(reset ? 'reviewRotationOn' : 'reviewRotationOff')}
          </Line>
        </dl>
      </FormSection>
    </>
  );
}
