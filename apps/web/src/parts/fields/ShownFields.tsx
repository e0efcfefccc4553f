import { revealAccountField, revealResourceField, type Account, type Field, type Resource } from '@strongroom/contract';
import type { ReactNode } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { custom } from '../../lib/messages/custom.ts';
import { useMe } from '../../lib/session.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import { FileCell } from '../files/FileCell.tsx';
import { accountFieldTarget, resourceFieldTarget, type FileTarget } from '../files/target.ts';
import { useSecrets } from '../secrets/SecretsProvider.tsx';
import css from './fields.module.css';

type Holder = { readonly kind: 'resource'; readonly of: Resource } | { readonly kind: 'account'; readonly of: Account };

/** A file field is where its types say, with a file or for one to come. */
function fileTarget(field: Field, holder: Holder): FileTarget | null {
  const type = holder.kind === 'resource' ? holder.of.type : holder.of.resourceType;
  if (!field.types.some((name) => name.toLowerCase() === type.toLowerCase())) return null;
  return holder.kind === 'resource' ? resourceFieldTarget(holder.of, field) : accountFieldTarget(holder.of, field);
}

function SecretValue({ holder, field }: { readonly holder: Holder; readonly field: Field }) {
  const { preferences } = useMe();
  const { withWhy } = useSecrets();
  const name = custom('fieldOf', {
    field: field.name,
    name: holder.kind === 'resource' ? holder.of.name : holder.of.username,
  });
  return (
    <SecretField
      name={name}
      reveal={(purpose) =>
        withWhy(holder.of.id, custom('revealField', { name }), async (why) => {
          const input = { fieldId: field.id, purpose, ...why };
          const { value } =
            holder.kind === 'resource'
              ? await ask(revealResourceField, { resourceId: holder.of.id, ...input })
              : await ask(revealAccountField, { accountId: holder.of.id, ...input });
          return value;
        })
      }
      hideAfter={preferences.hideSecretSeconds}
      clearAfter={preferences.clearClipboardSeconds}
    />
  );
}

/** What a resource or an account has in its own fields, as names and values for `Details`. Passwords are dots until asked for. */
export function shownFields(fields: readonly Field[], holder: Holder): (readonly [string, ReactNode])[] {
  const may = holder.of.can.includes(`${holder.kind}.reveal-field`);
  return fields.flatMap((field): (readonly [string, ReactNode])[] => {
    if (field.kind === 'file') {
      const target = fileTarget(field, holder);
      if (!target || (!target.file && !target.may.upload)) return [];
      return [[field.name, <FileCell key={field.id} target={target} />]];
    }
    if (field.kind === 'password') {
      if (!holder.of.secretFields.includes(field.id)) return [];
      return [
        [field.name, may ? <SecretValue key={field.id} holder={holder} field={field} /> : custom('secretStored')],
      ];
    }
    const text = holder.of.fields[field.id];
    if (text === undefined) return [];
    return [[field.name, field.kind === 'date-time' ? exact(text) : <bdi key={field.id}>{text}</bdi>]];
  });
}

/** Tags as small words. */
export function TagList({ tags }: { readonly tags: Resource['tags'] }) {
  return (
    <ul className={css.tags}>
      {tags.map((tag) => (
        <li key={tag.valueId} className={css.tag}>
          <span>
            <bdi>{tag.name}</bdi>
          </span>
          <bdi>{tag.value}</bdi>
        </li>
      ))}
    </ul>
  );
}
