import { Writable } from 'node:stream';
import Fastify from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { createLog, currentRequestId, inRequest, redactUrl, switchLevelOnSignal, type Log } from './log.ts';
import { redactText } from './redact.ts';
import { Secret } from './secret.ts';

function listen(): { log: Log; lines: Record<string, unknown>[]; text: () => string } {
  const raw: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    level: 'info',
    sink: { write: (line) => (raw.push(line), lines.push(JSON.parse(line) as Record<string, unknown>)) },
  });
  return { log, lines, text: () => raw.join('') };
}
const planted = 'pl4nted-S3cret';

describe('an address in the log', () => {
  it.each([
    ['/restapi/json/v1/resources?AUTHTOKEN=abc&limit=5', '/restapi/json/v1/resources?AUTHTOKEN=[hidden]&limit=5'],
    ['/x?INPUT_DATA={"operation":{"Details":{"PASSWORD":"p"}}}', '/x?INPUT_DATA=[hidden]'],
    ['/x?%41UTHTOKEN=abc', '/x?[hidden]'],
    ['/x?abc', '/x?[hidden]'],
    ['/x?a=1?b=2', '/x?a=[hidden]'],
    ['/setup#token', '/setup'],
    ['https://user:pw@host/x', 'https://[hidden]@host/x'],
    ['//user:p@w@host/x', '//[hidden]@host/x'],
    ['postgresql://u:p@/db?host=/run/x&password=p', 'postgresql://[hidden]@/db?host=[hidden]&password=[hidden]'],
    ['/plain/path', '/plain/path'],
    ['', ''],
  ])('%s becomes %s', (url, safe) => expect(redactUrl(url)).toBe(safe));
});

describe('the log', () => {
  it('hides what has the name of a secret, however deep and however written', () => {
    const { log, lines, text } = listen();
    const named = [
      'password',
      'newPassword',
      'PASSWORD',
      'pass_phrase',
      'authtoken',
      'AUTHTOKEN',
      'INPUT_DATA',
      'inputData',
      'authorization',
      'cookie',
      'set-cookie',
      'clientSecret',
      'api-key',
      'private_key',
      'otp',
    ];
    for (const name of named) {
      log.info({ [name]: planted }, 'top');
      log.info({ a: { b: [{ [name]: planted }] } }, 'deep');
      log.child({ [name]: planted }).info('bound');
    }
    log.info(
      {
        secret: new Secret(planted),
        inside: { value: new Secret(planted) },
        bytes: Buffer.from(planted),
        list: [new Uint8Array(4)],
      },
      'values',
    );
    log.info({ url: `/x?q=${planted}`, note: `see postgresql://u:${planted}@h/d and AUTHTOKEN=${planted}` }, 'text');
    expect(text()).not.toContain(planted);
    expect(text()).not.toContain(Buffer.from(planted).toString('base64'));
    expect(lines).toHaveLength(named.length * 3 + 2);
    expect(lines.at(-2)).toMatchObject({ inside: { value: '[secret]' }, bytes: '[bytes]', list: ['[bytes]'] });
  });

  it('keeps of an error its type, code, message, stack and causes, and not what libraries put beside them', () => {
    const { log, lines, text } = listen();
    const cause = Object.assign(new Error(`connect postgresql://u:${planted}@h/d failed`), { code: 'ECONNREFUSED' });
    const error = Object.assign(new TypeError('work failed', { cause }), {
      detail: `Key (login)=(${planted})`,
      input: { password: planted },
      request: { headers: { cookie: planted } },
    });
    log.error({ err: error }, 'failed');
    log.error(error, 'failed');
    log.error({ problem: error }, 'failed');
    expect(text()).not.toContain(planted);
    for (const line of [lines[0]?.['err'], lines[1]?.['err'], lines[2]?.['problem']]) {
      expect(line).toMatchObject({
        type: 'TypeError',
        message: 'work failed',
        stack: expect.stringContaining('log.test.ts'),
        cause: { code: 'ECONNREFUSED', message: 'connect postgresql://[hidden]@h/d failed' },
      });
    }
  });

  it('does not fall over odd values', () => {
    const { log, lines } = listen();
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    log.info({ loop, big: 10n, run: () => 1, at: new Date(0), none: null, gone: undefined }, 'odd');
    expect(lines[0]).toMatchObject({ big: '10', run: '[function]', at: '1970-01-01T00:00:00.000Z', none: null });
  });

  it('writes one JSON object a line with time, level and the request it belongs to', async () => {
    const { log, lines } = listen();
    await Promise.all(
      ['r-1', 'r-2'].map((id) =>
        inRequest(id, async () => {
          await Promise.resolve();
          expect(currentRequestId()).toBe(id);
          log.info({ who: id }, 'served');
        }),
      ),
    );
    log.info('outside');
    expect(lines.map((line) => [line['who'], line['requestId']])).toEqual([
      ['r-1', 'r-1'],
      ['r-2', 'r-2'],
      [undefined, undefined],
    ]);
    expect(lines[0]).toMatchObject({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      msg: 'served',
    });
  });

  it("logs a web server's requests without their secrets", async () => {
    const { log, lines, text } = listen();
    const app = Fastify({ loggerInstance: log });
    app.get('/x', () => ({ ok: true }));
    await app.inject({
      url: `/x?AUTHTOKEN=${planted}`,
      headers: { authorization: `Bearer ${planted}`, cookie: `s=${planted}` },
    });
    await app.close();
    expect(lines.some((line) => JSON.stringify(line).includes('"url":"/x?AUTHTOKEN=[hidden]"'))).toBe(true);
    expect(text()).not.toContain(planted);
  });

  it('changes its level while it runs, by assignment and by SIGUSR2', async () => {
    const { log, lines } = listen();
    const stop = switchLevelOnSignal(log, 'info');
    log.debug('unheard');
    process.kill(process.pid, 'SIGUSR2');
    await vi.waitFor(() => expect(log.level).toBe('debug'));
    log.debug('heard');
    process.kill(process.pid, 'SIGUSR2');
    await vi.waitFor(() => expect(log.level).toBe('info'));
    stop();
    log.level = 'error';
    log.info('unheard');
    expect(lines.map((line) => line['msg'])).toEqual(['log level changed', 'heard', 'log level changed']);
  });

  it('cleans text that carries a secret by name', () => {
    for (const text of [
      `authtoken: ${planted}`,
      `{"password":"${planted}"}`,
      `Authorization: Bearer ${planted}`,
      `PASSWORD='${planted} x'`,
    ])
      expect(redactText(text), text).not.toContain(planted);
    expect(redactText('the token was refused')).toBe('the token was refused');
  });

  it('goes to standard error by default, so that standard output stays for people', async () => {
    const { spawn } = await import('node:child_process');
    const script = `import { createLog } from ${JSON.stringify(new URL('log.ts', import.meta.url).href)}; createLog({ level: 'info' }).info('hello'); process.exit(0)`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    const collect = (from: NodeJS.ReadableStream): (() => string) => {
      let all = '';
      from.pipe(new Writable({ write: (chunk: Buffer, _, done) => ((all += chunk.toString()), done()) }));
      return () => all;
    };
    const [out, err] = [collect(child.stdout), collect(child.stderr)];
    await new Promise((resolve) => child.on('close', resolve));
    expect(out()).toBe('');
    expect(JSON.parse(err())).toMatchObject({ msg: 'hello' });
  });
});
