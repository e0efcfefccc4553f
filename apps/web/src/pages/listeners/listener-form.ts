import type { createListener, HandOver, ListenerKind, ListenerSpec, ListenerVersion } from '@strongroom/contract';
import type { z } from 'zod';
import { base64Of } from './file-text.ts';

/** A file as the form has it: text that is edited, bytes that were chosen, or none. */
export interface FormFile {
  readonly name: string;
  readonly text: string;
  /** Chosen and no text. */
  readonly bytes: Uint8Array | null;
  /** Null while nothing was changed: then what is stored stays. */
  readonly changed: boolean;
}

/** The form as it is typed. Lists are text with one entry on each line. */
export interface ListenerForm {
  readonly name: string;
  readonly note: string;
  readonly kind: ListenerKind;
  readonly types: readonly string[];
  readonly arguments: string;
  readonly preCommand: string;
  readonly handOver: HandOver;
  readonly seconds: number | string;
  readonly mayStartPrograms: boolean;
  readonly url: string;
  readonly sendsPasswords: boolean;
  readonly file: FormFile;
  readonly companion: FormFile | null;
}

const empty: ListenerForm = {
  name: '',
  note: '',
  kind: 'script',
  types: [],
  arguments: '',
  preCommand: '',
  handOver: 'stdin',
  seconds: 60,
  mayStartPrograms: false,
  url: '',
  sendsPasswords: false,
  file: { name: 'listener.sh', text: '', bytes: null, changed: false },
  companion: null,
};

/** A new form, or one with what a version says. */
export function formOf(version: ListenerVersion | null): ListenerForm {
  if (!version) return empty;
  const { spec } = version;
  const kept = (file: ListenerVersion['file']): FormFile | null =>
    file && { name: file.name, text: '', bytes: null, changed: false };
  return {
    ...empty,
    name: version.name,
    note: version.note,
    kind: spec.kind,
    types: spec.resourceTypes,
    arguments: spec.arguments.join('\n'),
    seconds: spec.timeLimitSeconds,
    ...(spec.kind === 'script' ? { preCommand: spec.preCommand.join('\n'), handOver: spec.handOver } : {}),
    ...(spec.kind === 'module' ? { mayStartPrograms: spec.mayStartPrograms } : {}),
    ...(spec.kind === 'webhook' ? { url: spec.url, sendsPasswords: spec.sendsPasswords } : {}),
    file: kept(version.file) ?? empty.file,
    companion: kept(version.companion),
  };
}

/** The entries of a list that is typed with one on each line. Only a last line end is no entry: an argument may be empty. */
const entries = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

export type FormFault = 'nameMissing' | 'fileMissing' | 'urlWrong' | 'seconds';

/** What is missing or wrong, as far as the browser can tell. */
export function faultOf(form: ListenerForm, stored: ListenerVersion | null): FormFault | null {
  if (form.name.trim() === '') return 'nameMissing';
  const { seconds } = form;
  if (typeof seconds !== 'number' || seconds < 1 || seconds > 3600) return 'seconds';
  if (form.kind === 'webhook') return /^https:\/\/[^\s@#]+$/.test(form.url) ? null : 'urlWrong';
  if (form.file.changed) return form.file.bytes !== null || form.file.text !== '' ? null : 'fileMissing';
  return stored?.file ? null : 'fileMissing';
}

function specOf(form: ListenerForm): ListenerSpec {
  const common = {
    resourceTypes: [...form.types],
    arguments: entries(form.arguments),
    timeLimitSeconds: Number(form.seconds),
  };
  switch (form.kind) {
    case 'script':
      return { kind: 'script', ...common, preCommand: entries(form.preCommand), handOver: form.handOver };
    case 'module':
      return { kind: 'module', ...common, mayStartPrograms: form.mayStartPrograms };
    case 'webhook':
      return { kind: 'webhook', ...common, url: form.url, sendsPasswords: form.sendsPasswords };
  }
}

const fileOf = (file: FormFile | null) =>
  file?.changed ? { name: file.name, base64: base64Of(file.bytes ?? file.text) } : null;

/** What is sent. A file that was not changed is left out, and stays. */
export function bodyOf(form: ListenerForm): Required<z.input<typeof createListener.input>> {
  const files = form.kind !== 'webhook';
  return {
    name: form.name.trim(),
    note: form.note.trim(),
    spec: specOf(form),
    file: files ? fileOf(form.file) : null,
    companion: files ? fileOf(form.companion) : null,
  };
}
