import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Cut, Unreachable, Untrusted, type WebReply, type WebRequest } from '@strongroom/driver-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpsService, type Answer, type HttpsService } from '../../../test/peers/https-service.ts';
import { reachTarget, type ReachOptions } from './target.ts';

let service: HttpsService;
let answer: Answer = { status: 200 };
let onAsked = (): void => undefined;
beforeAll(async () => {
  service = await startHttpsService(() => {
    onAsked();
    return answer;
  });
});
afterAll(() => service.stop());

function send(request: Partial<WebRequest> = {}, more: Partial<ReachOptions<object>> = {}): Promise<WebReply> {
  const target = reachTarget({
    ...{ host: '', port: 0, settings: {}, pinned: [], onHostKey: () => undefined, timeoutMs: 2000 },
    trusted: [service.authority],
    ...more,
  });
  return target.web((web) => web.send({ method: 'GET', url: `${service.address}/a?b=c`, ...request }));
}

describe('web', () => {
  it('sends a request once and reads the answer, with its headers in small letters', async () => {
    answer = { status: 201, headers: { 'X-One': 'a' }, body: 'ünï' };
    const reply = await send({ method: 'POST', headers: { 'X-Two': 'b' }, body: 'Ω' });
    expect(reply).toMatchObject({ status: 201, body: 'ünï' });
    expect(reply.headers).toMatchObject({ 'x-one': 'a' });
    expect(service.asked.at(-1)).toMatchObject({ method: 'POST', path: '/a', body: 'Ω' });
    expect(service.asked.at(-1)?.headers).toMatchObject({ 'x-two': 'b', 'content-length': '2' });
  });

  it('follows no redirect', async () => {
    const before = service.asked.length;
    answer = { status: 307, headers: { location: `${service.address}/other` } };
    expect(await send()).toMatchObject({ status: 307 });
    expect(service.asked).toHaveLength(before + 1);
  });

  it('sends nothing to whom the authorities do not vouch for, or under another name', async () => {
    const before = service.asked.length;
    await expect(send({}, { trusted: [] })).rejects.toThrow(Untrusted);
    expect(service.asked).toHaveLength(before);
    const port = new URL(service.address).port;
    await expect(send({ url: `https://localhost:${port}/` })).rejects.toThrow(Untrusted);
    expect(service.asked).toHaveLength(before);
  });

  it('trusts a certificate that was imported, also where it is no authority', async () => {
    answer = { status: 204 };
    expect(await send({}, { trusted: [service.certificate] })).toMatchObject({ status: 204 });
  });

  it.each(['http://127.0.0.1:1/', 'https://ana:word@127.0.0.1:1/', 'ftp://127.0.0.1/'])('refuses %s', async (url) => {
    await expect(send({ url })).rejects.toThrow(TypeError);
  });

  it('tells what was never sent from what may have arrived', async () => {
    await expect(send({ url: 'https://127.0.0.1:9/' })).rejects.toThrow(Unreachable);
    const given = new AbortController();
    given.abort();
    await expect(send({}, { signal: given.signal })).rejects.toThrow(Unreachable);
    answer = 'cut';
    await expect(send()).rejects.toThrow(Cut);
    answer = { status: 200, headers: { 'content-length': '10' }, body: 'short' };
    await expect(send({}, { timeoutMs: 300 })).rejects.toThrow(Cut);
    answer = { status: 200, body: 'x'.repeat(5 * 1024 * 1024) };
    await expect(send()).rejects.toThrow(Cut);
  });

  it('gives up after sending when it is told to', async () => {
    const giving = new AbortController();
    onAsked = () => {
      giving.abort();
    };
    answer = { status: 200, headers: { 'content-length': '10' }, body: '' };
    try {
      await expect(send({}, { signal: giving.signal })).rejects.toThrow(Cut);
    } finally {
      onAsked = () => undefined;
    }
  });

  it('waits for a handshake no longer than the limit', async () => {
    const silent = createTcpServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    try {
      await expect(send({ url: `https://127.0.0.1:${String(port)}/` }, { timeoutMs: 100 })).rejects.toThrow(
        Unreachable,
      );
    } finally {
      silent.close();
    }
  });
});
