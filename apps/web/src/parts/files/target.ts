import {
  downloadAccountField,
  downloadAccountFile,
  downloadResourceFile,
  removeAccountField,
  removeResourceFile,
  uploadAccountField,
  uploadAccountFile,
  uploadResourceFile,
  type Account,
  type Field,
  type Resource,
  type StoredFile,
} from '@strongroom/contract';
import { ask } from '../../lib/client.ts';
import { keys, queries } from '../../lib/query.ts';
import { fetchFile, sendFile, type Progress } from '../../lib/transfer.ts';
import { refreshAccount } from '../accounts/store.ts';
import { nameOf, type Subject } from '../secrets/SecretsProvider.tsx';
import type { Why } from '../secrets/why.ts';

interface Going {
  readonly signal: AbortSignal;
  readonly onProgress: Progress;
}

/** A place for one file, and what may be done with it: an account of a store, or a file field of something. */
export interface FileTarget {
  /** Tells transfers apart. */
  readonly key: string;
  /** What reasons are remembered for: the same as for the passwords beside it. */
  readonly id: string;
  /** Whose it is, in words: `root on fra-app-lnx-042`, `Diagram of fra-app-lnx-042`. */
  readonly name: string;
  readonly file: StoredFile | null;
  /** Set where a change asks for a reason. */
  readonly subject: Subject | null;
  /** True where a file that is replaced stays in a history. */
  readonly keepsFormer: boolean;
  readonly may: { readonly download: boolean; readonly upload: boolean; readonly remove: boolean };
  readonly upload: (file: File, why: Why, going: Going) => Promise<unknown>;
  readonly download: (why: Why, going: Going, version?: number) => Promise<{ name: string | null; content: Blob }>;
  readonly remove: (() => Promise<unknown>) | null;
  readonly refresh: () => Promise<unknown>;
}

/** The file of an account of a store. */
export function accountTarget(account: Account): FileTarget {
  const { id } = account;
  return {
    key: `account ${id}`,
    id,
    name: nameOf(account),
    file: account.file,
    subject: account,
    keepsFormer: true,
    may: {
      download: account.can.includes('account.download-file'),
      upload: account.can.includes('account.upload-file'),
      remove: false,
    },
    upload: (file, why, going) => sendFile(uploadAccountFile, { accountId: id, name: file.name, ...why }, file, going),
    download: (why, going, version) => fetchFile(downloadAccountFile, { accountId: id, version, ...why }, going),
    remove: null,
    refresh: () => Promise.all([refreshAccount(account), queries.invalidateQueries({ queryKey: keys.history(id) })]),
  };
}

const of = (field: Field, name: string): string => `${field.name} · ${name}`;

/** A file field of a resource. */
export function resourceFieldTarget(resource: Resource, field: Field): FileTarget {
  const input = { resourceId: resource.id, fieldId: field.id };
  const file = resource.files.find(({ fieldId }) => fieldId === field.id) ?? null;
  return {
    key: `resource ${resource.id} ${field.id}`,
    id: resource.id,
    name: of(field, resource.name),
    file,
    subject: null,
    keepsFormer: false,
    may: {
      download: file !== null && resource.can.includes('resource.download-file'),
      upload: resource.can.includes('resource.upload-file'),
      remove: file !== null && resource.can.includes('resource.upload-file'),
    },
    upload: (sent, _why, going) => sendFile(uploadResourceFile, { ...input, name: sent.name }, sent, going),
    download: (why, going) => fetchFile(downloadResourceFile, { ...input, ...why }, going),
    remove: () => ask(removeResourceFile, input),
    refresh: () =>
      Promise.all(
        [keys.resource(resource.id), keys.resources].map((queryKey) => queries.invalidateQueries({ queryKey })),
      ),
  };
}

/** A file field of an account. */
export function accountFieldTarget(account: Account, field: Field): FileTarget {
  const input = { accountId: account.id, fieldId: field.id };
  const file = account.files.find(({ fieldId }) => fieldId === field.id) ?? null;
  return {
    key: `account ${account.id} ${field.id}`,
    id: account.id,
    name: of(field, nameOf(account)),
    file,
    subject: null,
    keepsFormer: false,
    may: {
      download: file !== null && account.can.includes('account.download-field'),
      upload: account.can.includes('account.upload-field'),
      remove: file !== null && account.can.includes('account.upload-field'),
    },
    upload: (sent, _why, going) => sendFile(uploadAccountField, { ...input, name: sent.name }, sent, going),
    download: (why, going) => fetchFile(downloadAccountField, { ...input, ...why }, going),
    remove: () => ask(removeAccountField, input),
    refresh: () => refreshAccount(account),
  };
}
