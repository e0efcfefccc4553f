import { createListener, type ListenerVersion } from '@strongroom/contract';
import { describe, expect, it } from 'vitest';
import { bodyOf, faultOf, formOf } from './listener-form.ts';

const stored: ListenerVersion = {
  version: 3,
  name: 'Restart',
  note: 'n',
  spec: {
    kind: 'script',
    resourceTypes: ['Linux'],
    arguments: ['', '-v', 'a b'],
    preCommand: ['/bin/sh'],
    handOver: 'environment-file',
    timeLimitSeconds: 5,
  },
  file: { name: 'a.sh', bytes: 3, sha256: 'x' },
  companion: null,
  hash: 'h',
  state: 'approved',
  author: 'a',
  createdAt: '2026-11-26T00:00:00.000Z',
  decidedBy: null,
  decidedAt: null,
  why: null,
};

describe('the form of a listener', () => {
  it('says again what is stored, and leaves the file where it is', () => {
    expect(bodyOf(formOf(stored))).toEqual({
      name: 'Restart',
      note: 'n',
      spec: stored.spec,
      file: null,
      companion: null,
    });
    expect(faultOf(formOf(stored), stored)).toBeNull();
  });

  it('sends what the contract takes', () => {
    const form = { ...formOf(null), name: ' New ', file: { name: 'x.sh', text: 'echo\n', bytes: null, changed: true } };
    expect(faultOf(form, null)).toBeNull();
    expect(createListener.input.parse(bodyOf(form))).toMatchObject({ name: 'New', file: { base64: 'ZWNobwo=' } });
    const webhook = { ...form, kind: 'webhook' as const, url: 'https://host.example/hook' };
    expect(createListener.input.parse(bodyOf(webhook))).toMatchObject({ file: null, spec: { kind: 'webhook' } });
  });

  it('names what is missing', () => {
    const form = formOf(null);
    expect(faultOf(form, null)).toBe('nameMissing');
    expect(faultOf({ ...form, name: 'x' }, null)).toBe('fileMissing');
    expect(faultOf({ ...form, name: 'x', seconds: '' }, null)).toBe('seconds');
    expect(faultOf({ ...form, name: 'x', kind: 'webhook', url: 'http://x' }, null)).toBe('urlWrong');
    expect(faultOf({ ...form, name: 'x', kind: 'webhook', url: 'https://me:pw@x' }, null)).toBe('urlWrong');
  });
});
