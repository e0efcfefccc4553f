import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, makePlace, type Ended, type Place, type Running } from './program.ts';

interface Check {
  readonly what: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly says: string;
  readonly mend?: string;
}

let place: Place;
let server: Running;
let token: string;
let fakeMail: Server;
let port: string;
beforeAll(async () => {
  // As it is at an operator's, since the doctor may look at anything.
  place = await makePlace({}, { from: 'with-token', durable: true });
  server = await place.start();
  port = new URL(server.url).port;
  token = readFileSync(place.tokenFile, 'utf8').trim();
  fakeMail = createServer((socket) => socket.end('220 mail.example.org ESMTP\r\n')).listen(0, '127.0.0.1');
  await once(fakeMail, 'listening');
});
afterAll(async () => {
  fakeMail.close();
  await place.remove();
});

const doctor = async (settings: Record<string, string> = {}): Promise<{ code: number | null; checks: Check[] }> => {
  const { code, stdout } = await place.run(['doctor', '--json'], { STRONGROOM_PORT: port, ...settings });
  return { code, checks: (JSON.parse(stdout) as { checks: Check[] }).checks };
};
const notWell = ({ checks }: { checks: Check[] }): string[] =>
  checks
    .filter(({ level }) => level !== 'ok')
    .map(({ level, what, says, mend }) => `${level} ${what}: ${says} Mend: ${mend ?? ''}`);

const mailTo = async (mailPort: number): Promise<void> => {
  const mail = { host: '127.0.0.1', port: mailPort, security: 'none', from: 'vault@example.org' };
  const answer = await ask(server.url, 'PATCH', '/api/v1/settings', { token, body: { mail } });
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
};

/** Breaks something, asks, and mends it again whatever was found. What has nothing to do with each other is broken at once: each time it is asked takes a second. */
async function seeded(
  breaking: () => void | Promise<void>,
  mending: () => void | Promise<void>,
  settings?: Record<string, string>,
): Promise<string[]> {
  await breaking();
  try {
    const found = await doctor(settings);
    expect(found.code).toBe(found.checks.some(({ level }) => level === 'fail') ? 1 : 0);
    return notWell(found);
  } finally {
    await mending();
  }
}

describe('doctor', () => {
  it('finds nothing to mend on a sound installation, and says what it looked at [INS-08]', async () => {
    const found = await doctor();
    expect({ code: found.code, notWell: notWell(found) }).toEqual({ code: 0, notWell: [] });
    expect(found.checks.map(({ what }) => what)).toEqual([
      'settings',
      'key file',
      'audit signing key',
      'state directory',
      'disk',
      'memory',
      'console',
      'certificate',
      'port',
      'SSH command line',
      'database',
      'migrations',
      'database role',
      'clock',
      'data keys',
      'rotations of Northwind IT',
      'audit trail of Northwind IT',
      'audit checkpoint of Northwind IT',
      'mail server of Northwind IT',
    ]);
    const text: Ended = await place.run(['doctor'], { STRONGROOM_PORT: port });
    expect(text.stdout).toMatch(new RegExp(`^ok +port: ${port} is held by this installation's server\\.$`, 'm'));
    expect(text.stdout.trim().split('\n').at(-1)).toBe('19 ok, 0 to look at, 0 to mend');
  });

  it('names faults of keys and files with their remedy', async () => {
    const { keyFile, home } = place;
    const signing = join(place.base, 'key', 'audit-signing.key');
    const { mode } = statSync(home);
    expect(
      await seeded(
        () => {
          chmodSync(keyFile, 0o644);
          chmodSync(home, 0o777);
        },
        () => {
          chmodSync(keyFile, 0o600);
          chmodSync(home, mode);
        },
        { NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' },
      ),
    ).toEqual([
      `fail key file: ${keyFile} has mode 0644: other users of this machine may read it. Mend: chmod 600 ${keyFile}`,
      `fail state directory: ${home} has mode 0777: other users of this machine may look into it. Mend: chmod 700 ${home}`,
      expect.stringMatching(/^warn memory: NODE_OPTIONS switches on a debugger, a heap snapshot or a report/),
    ]);
    expect(
      await seeded(
        () => [keyFile, signing].forEach((file) => renameSync(file, `${file}.away`)),
        () => [keyFile, signing].forEach((file) => renameSync(`${file}.away`, file)),
      ),
    ).toEqual([
      expect.stringMatching(
        /^warn key file: .* is not there\. The server that runs has read it; the next start needs it\. Mend: put the medium/,
      ),
      expect.stringMatching(/^fail audit signing key: .* is not there\. Mend: put the medium/),
      expect.stringMatching(/^fail data keys: not tried, because the key file cannot be read/),
      expect.stringMatching(/^fail audit checkpoint of Northwind IT: not checked/),
    ]);
    const [own, ownSigning] = [readFileSync(keyFile), readFileSync(signing)];
    expect(
      await seeded(
        () => {
          writeFileSync(keyFile, `strongroom-master-key-1:${Buffer.alloc(32, 7).toString('base64url')}\n`);
          writeFileSync(signing, `strongroom-audit-signing-key-1:${Buffer.alloc(32, 9).toString('base64url')}\n`);
        },
        () => {
          writeFileSync(keyFile, own);
          writeFileSync(signing, ownSigning);
        },
      ),
    ).toEqual([
      expect.stringMatching(
        /^fail data keys: the database was sealed with master key [0-9a-f]{16}, but .* Mend: put the right key file at /,
      ),
      expect.stringMatching(
        /^fail audit checkpoint of Northwind IT: not signed by the key in .* Mend: restore .* from your copy/,
      ),
    ]);
    expect(
      await seeded(
        () => copyFileSync(keyFile, join(home, 'k')),
        () => rmSync(join(home, 'k')),
        { STRONGROOM_KEY_FILE: join(home, 'k') },
      ),
    ).toEqual(expect.arrayContaining([expect.stringMatching(/^warn key file: .* lies in the state directory/)]));
  });

  it('names faults of certificate, port, mail and settings with their remedy', async () => {
    const certificate = join(place.base, 'expired.crt');
    const { cert, key } = {
      cert: readFileSync(join(place.home, 'tls/server.crt')),
      key: join(place.home, 'tls/server.key'),
    };
    writeFileSync(certificate, 'no certificate');
    const files = { STRONGROOM_TLS_CERT: certificate, STRONGROOM_TLS_KEY: key };
    expect(
      (
        await seeded(
          () => undefined,
          () => undefined,
          files,
        )
      )[0],
    ).toMatch(/^fail certificate: .*expired\.crt holds no PEM certificate\. Mend: .* STRONGROOM_TLS_CERT/);
    const stranger = createHttps({ cert, key: readFileSync(key) }).listen(0);
    const plain = createServer().listen(0);
    await Promise.all([once(stranger, 'listening'), once(plain, 'listening')]);
    const taken = String((plain.address() as AddressInfo).port);
    // Of the mail server, which answers, nothing is said.
    await mailTo((fakeMail.address() as AddressInfo).port);
    expect(
      await seeded(
        () => undefined,
        () => void plain.close(),
        { STRONGROOM_PORT: taken },
      ),
    ).toEqual([
      `fail port: ${taken} is taken by another program. Mend: stop that program, or choose another port with STRONGROOM_PORT`,
    ]);
    stranger.close();
    expect(
      await seeded(
        () => mailTo(Number(taken)),
        () => mailTo((fakeMail.address() as AddressInfo).port),
        { STRONGROOM_PORT: taken },
      ),
    ).toEqual([
      `fail port: nothing listens on ${taken}, though the database runs. Mend: restart the server, and see its log`,
      `fail mail server of Northwind IT: 127.0.0.1:${taken} does not answer as a mail server (ECONNREFUSED). Mend: mend the mail server in the console under Admin, Mail, or see that this machine may reach it`,
    ]);
    const { code, stdout } = await place.run(['doctor'], { STRONGROOM_LOG_LEVEL: 'loud' });
    expect([code, stdout.split('\n')[0]]).toEqual([
      1,
      expect.stringMatching(
        /^fail {2}settings: environment: STRONGROOM_LOG_LEVEL has a value that is not allowed\. Mend: give it fatal, error/,
      ),
    ]);
  });

  it('names faults in the database with their remedy', async () => {
    const [{ id = '' } = {}] = await place.sql<{ id: string }>('select id from strongroom.organisation');
    const during = (breaking: readonly string[], mending: readonly string[]): Promise<string[]> =>
      seeded(
        async () => void (await place.sql(breaking.join('; '))),
        async () => void (await place.sql(mending.join('; '))),
      );
    const edited = `update public.strongroom_migration set sha256 = reverse(sha256) where number = 1`;
    expect(
      await during(['alter role strongroom_app bypassrls', edited], ['alter role strongroom_app nobypassrls', edited]),
    ).toEqual([
      expect.stringMatching(
        /^fail migrations: 0001_start in the database is not this release's\. Mend: start the release that wrote/,
      ),
      expect.stringMatching(
        /^fail database role: row-level security would not bind strongroom_app.* Mend: alter role strongroom_app/,
      ),
    ]);
    const [row] = await place.sql<{ wrapped: Buffer }>('select wrapped from strongroom.data_key');
    const hex = (row?.wrapped ?? Buffer.alloc(0)).toString('hex');
    const smuggle = (number: string, at: string): string =>
      `insert into strongroom.audit_event (id, organisation_id, tx, at, trail, actor_kind, actor_name, action, object_kind, outcome, details)
      values ('01936b7e-5c00-7000-8000-00000000${number}', '${id}', 1, ${at}, 'user', 'system', 'x', 'setting.update', 'organisation', 'done', '{}')`;
    const away = `delete from strongroom.audit_event where id::text like '01936b7e-5c00-7000-8000-00000000%'`;
    expect(
      await during(
        [
          'alter role strongroom superuser',
          'update strongroom.data_key set wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1)',
          smuggle('abcd', `now() - interval '1 hour'`),
          // Too young to be late, and not taken by the sealer, since its number was passed long ago.
          smuggle('abce', `now() + interval '1 hour'`),
        ],
        ['alter role strongroom nosuperuser', `update strongroom.data_key set wrapped = decode('${hex}', 'hex')`, away],
      ),
    ).toEqual([
      'warn database role: strongroom is a superuser. Mend: use a role that only owns the database',
      expect.stringMatching(
        /^fail data keys: a data key in the database does not open: it was altered\. Mend: restore a backup/,
      ),
      expect.stringMatching(/^warn audit trail of Northwind IT: 1 events older than a minute are not sealed/),
      expect.stringMatching(
        /^fail clock: the newest event of Northwind IT lies 3\d{3} s in the future: a clock was set back/,
      ),
    ]);
  });

  it('looks without starting anything when the server is down, and names a lost database password', async () => {
    await server.stop();
    const down = await doctor();
    expect([down.code, notWell(down)]).toEqual([
      0,
      [
        expect.stringMatching(
          /^warn database: does not run, because the server does not.* Mend: start the server, then ask again/,
        ),
      ],
    ]);
    expect(existsSync(join(place.home, 'database', 'postmaster.pid'))).toBe(false);
    const password = join(place.home, 'database.password');
    expect(
      await seeded(
        () => renameSync(password, `${password}.away`),
        () => renameSync(`${password}.away`, password),
      ),
    ).toEqual([
      expect.stringMatching(/^fail database: its password is not at .* Mend: bring the file back from a backup/),
    ]);
    const { keyFile } = place;
    expect(
      await seeded(
        () => renameSync(keyFile, `${keyFile}.away`),
        () => renameSync(`${keyFile}.away`, keyFile),
      ),
    ).toEqual(
      expect.arrayContaining([expect.stringMatching(/^fail key file: .* is not there\. Mend: put the medium/)]),
    );
  });
});
