import { Readable } from 'node:stream';
import {
  checkImport,
  listImportLines,
  readImport,
  runImport,
  undoImport,
  uploadImport,
  Import,
  type ImportKind,
  type ImportMapping,
  type ImportOptions,
  type ImportLine,
  type Task,
} from '@strongroom/contract';
import type { Actor } from '../src/authorise/index.ts';
import type { Person, World } from './world.ts';

const never = new AbortController().signal;

/** Imports as a client drives them: upload, check, run and undo, with the tasks run to their end. */
export interface Importing {
  upload(actor: Actor, kind: ImportKind, text: string | Buffer, name?: string): Promise<Import>;
  check(
    actor: Actor,
    id: Import['id'],
    mapping: ImportMapping,
    options?: Partial<ImportOptions>,
    signal?: AbortSignal,
  ): Promise<Import>;
  run(actor: Actor, id: Import['id'], signal?: AbortSignal): Promise<Import>;
  undo(actor: Actor, id: Import['id']): Promise<Import>;
  /** All four steps but the last: uploads, checks and runs. */
  take(
    of: Person,
    kind: ImportKind,
    text: string,
    mapping: ImportMapping,
    options?: Partial<ImportOptions>,
  ): Promise<Import>;
  lines(actor: Actor, id: Import['id']): Promise<ImportLine[]>;
  /** Runs a task's job, as the queue does. */
  work(task: Pick<Task, 'id'>, signal?: AbortSignal): Promise<void>;
}

export function importing(w: World): Importing {
  const work = (task: Pick<Task, 'id'>, signal = never): Promise<void> =>
    w.composed.jobs.task({ organisationId: w.organisationId, taskId: task.id }, signal);
  const read = (actor: Actor, importId: Import['id']): Promise<Import> => w.invoke(readImport, actor, { importId });
  const made: Importing = {
    work,
    async upload(actor, kind, text, name = 'hosts.csv') {
      const stream = w.composed.streams.find((one) => one.name === uploadImport.name);
      if (!stream) throw new Error('no upload');
      const bytes = Buffer.from(text);
      const reply = await stream.handle({
        perform: w.perform,
        actor,
        params: {},
        query: { kind, name },
        fields: {},
        bytes: Readable.from([bytes]),
        length: bytes.length,
      });
      return Import.parse(JSON.parse(String(reply.body)));
    },
    async check(actor, importId, mapping, options = {}, signal = never) {
      const { task } = await w.invoke(checkImport, actor, { importId, mapping, options });
      await work(task, signal);
      return read(actor, importId);
    },
    async run(actor, importId, signal = never) {
      const { task } = await w.invoke(runImport, actor, { importId });
      await work(task, signal);
      return read(actor, importId);
    },
    async undo(actor, importId) {
      const { task } = await w.invoke(undoImport, actor, { importId });
      await work(task);
      return read(actor, importId);
    },
    async take(of, kind, text, mapping, options) {
      const actor = await of.actor();
      const { id } = await made.upload(actor, kind, text);
      await made.check(actor, id, mapping, options);
      return made.run(actor, id);
    },
    async lines(actor, importId) {
      return (await w.invoke(listImportLines, actor, { importId, limit: 500 })).items;
    },
  };
  return made;
}
