import { afterEach, describe, expect, it, vi } from 'vitest';
import { example, moduleFault } from './module-form.ts';

const file = { name: 'ticketing.mjs', text: example, bytes: null, changed: true };

describe('the file of a ticketing module', () => {
  it.each(['a.js', 'a.mjs', 'a.ts', 'own_desk-2.mts'])('may be called %s', (name) => {
    expect(moduleFault({ ...file, name })).toBeNull();
  });
  it.each(['', 'a', 'a.cjs', 'a.json', '../a.mjs', 'a b.mjs', '.mjs', 'a.mjs '])('may not be called “%s”', (name) => {
    expect(moduleFault({ ...file, name })).toBe('module.fileName');
  });
  it('must say something, and be text', () => {
    expect(moduleFault({ ...file, text: ' \n' })).toBe('module.fileMissing');
    expect(moduleFault({ ...file, bytes: new Uint8Array([0]) })).toBe('module.fileBinary');
  });
});

describe('the example that a module begins with', () => {
  /** Runs it as the server does, with a system that answers so. */
  async function run(status: number, body: object, use: object | null): Promise<unknown> {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(body), { status })));
    const { default: does } = (await import(
      /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(example)}`
    )) as {
      default: (asked: object) => Promise<unknown>;
    };
    return does({ ticket: '7', url: 'https://desk.example.org', username: '', secret: 'key', use });
  }
  afterEach(() => vi.unstubAllGlobals());
  const found = { status: 'open', subject: 'Reboot db-1' };

  it('says of a ticket that it exists, whether it is closed, and whether it names the resource', async () => {
    expect(await run(200, found, { resource: 'db-1' })).toMatchObject({
      ...{ exists: true, closed: false, state: 'open', fits: true, fields: found },
    });
    expect(await run(200, found, { resource: 'db-2' })).toMatchObject({ fits: false });
    expect(await run(200, { ...found, status: 'closed' }, null)).toMatchObject({ closed: true, fits: true });
  });
  it('says that there is none for 404, and nothing for other answers', async () => {
    expect(await run(404, {}, null)).toEqual({ exists: false });
    await expect(run(500, {}, null)).rejects.toThrow('status 500');
  });
});
