import {
  approveListener,
  listApprovals,
  listListeners,
  readListener,
  readListenerFile,
  refuseListener,
  updateListener,
  updateSettings,
} from '@strongroom/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { base64, echo, listenersOf, script, type Listeners } from '../../test/listeners.ts';
import { world, type Person, type World } from '../../test/world.ts';

let w: World;
let l: Listeners;
let author: Person;
let second: Person;
beforeAll(async () => {
  w = await world();
  l = listenersOf(w);
  author = w.people.admin;
  second = w.people.privileged;
});
afterAll(() => w.close());
beforeEach(() => w.sql('delete from strongroom.listener'));

describe('approval', () => {
  it('is a second administrator’s, of exactly what they read; until then nothing runs, and an edit waits anew', async () => {
    const listener = await l.add(script('#!/bin/sh\necho one\n'));
    await l.follow();
    const id = await l.account();
    await l.change(id);
    await l.follow();
    expect(await l.runs()).toEqual([]);
    await expect(l.approve(listener, author)).rejects.toMatchObject({ code: 'not-yourself' });
    await l.approve(listener);
    // Edited by the one who approved: the first author may decide now, and meanwhile what was approved runs.
    const edit = { name: listener.name, spec: script('').spec, newest: 1, listenerId: listener.id };
    await w.invoke(updateListener, await second.actor(), {
      ...edit,
      file: { name: 'follow.sh', base64: base64('#!/bin/sh\necho two\n') },
    });
    await l.change(id, 'Another-One-73-!!aB');
    await l.follow();
    const [run] = await l.runAll();
    expect([run?.version, await l.output(run?.id)]).toEqual([1, 'one\n']);
    await expect(l.approve(listener, second)).rejects.toMatchObject({ code: 'not-yourself' });
    // Somebody else edits it once more: then neither of the two decides.
    await w.invoke(updateListener, await author.actor(), { ...edit, newest: 2, note: 'again' });
    await expect(l.approve(listener, author)).rejects.toMatchObject({ code: 'not-yourself' });
    await expect(l.approve(listener, second)).rejects.toMatchObject({ code: 'not-yourself' });
    const boss = await w.people.boss.actor();
    const { versions } = await w.invoke(readListener, boss, { listenerId: listener.id });
    expect(versions.map(({ state }) => state)).toEqual(['waiting', 'replaced', 'approved']);
    await expect(
      w.invoke(approveListener, boss, { listenerId: listener.id, hash: versions[1]?.hash ?? '' }),
    ).rejects.toMatchObject({ code: 'changed-meanwhile' });
    await l.approve(listener, w.people.boss);
    await l.change(id, 'Another-One-74-!!aB');
    await l.follow();
    const [last] = await l.runAll();
    expect([last?.version, await l.output(last?.id)]).toEqual([3, 'two\n']);
    expect((await w.audit('listener.approve')).filter(({ outcome }) => outcome === 'done').length).toBeGreaterThan(1);
  });

  it('is asked for by mail of those who may give it, listed as theirs, and may be refused with a reason', async () => {
    const boss = await w.people.boss.actor();
    await w.invoke(updateSettings, boss, {
      mail: { host: 'mail.example', port: 25, security: 'none', from: 'strongroom@example.org' },
    });
    await w.sql('delete from strongroom.mail_outbox');
    const listener = await l.add(script(echo));
    const to = await w.sql<{ to: string }>('select to_address as to from strongroom.mail_outbox order by 1');
    expect(to.map((mail) => mail.to)).toEqual(['boss@example.org', 'privileged@example.org']);
    expect(await w.invoke(listApprovals, await author.actor(), {})).toMatchObject({
      mine: 0,
      items: [{ id: listener.id, mayDecide: false, edit: false }],
    });
    expect(await w.invoke(listApprovals, await second.actor(), {})).toMatchObject({ mine: 1 });
    const { versions } = await w.invoke(readListener, boss, { listenerId: listener.id });
    await w.invoke(refuseListener, boss, {
      listenerId: listener.id,
      hash: versions[0]?.hash ?? '',
      why: 'No reviews.',
    });
    expect(await w.invoke(listApprovals, await second.actor(), {})).toMatchObject({ mine: 0, items: [] });
    const after = await w.invoke(readListener, boss, { listenerId: listener.id });
    expect(after).toMatchObject({ listener: { runs: null }, versions: [{ state: 'refused', why: 'No reviews.' }] });
    await expect(l.approve(listener)).rejects.toMatchObject({ code: 'not-that-state' });
  });

  it('shows the script as it is stored, with the checksum that sha256sum gives', async () => {
    const listener = await l.add(script(echo));
    const actor = await second.actor();
    const file = await w.invoke(readListenerFile, actor, { listenerId: listener.id, listenerVersion: 1 });
    expect(Buffer.from(file.base64, 'base64').toString()).toBe(echo);
    expect(file.sha256).toBe('be2bb79ee3ec9a659644c659209f2e068fd069fdb1c1c6c4053f9fe0be48746c');
    const [row] = await w.sql<{ text: string }>(
      `select encode(sealed, 'escape') as text from strongroom.listener_file`,
    );
    expect(row?.text).not.toContain(base64(echo).slice(0, 12));
  });

  it('gives a list with who changed and who approved', async () => {
    await l.approve(await l.add(script(echo)));
    const { items } = await w.invoke(listListeners, await author.actor(), {});
    expect(items).toMatchObject([{ changedBy: 'admin', approvedBy: 'privileged', runs: 1, on: true, lastRun: null }]);
  });
});
