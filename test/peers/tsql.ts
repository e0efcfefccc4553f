import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** How FreeTDS is to speak; see freetds.conf. */
export interface TsqlWish {
  readonly port: number;
  readonly version: '7.4' | '5.0';
  readonly encryption: 'off' | 'request' | 'require';
  /** Authorities (PEM), of which one must have signed the server's certificate. */
  readonly trusted?: readonly string[];
}

/**
 * Gives SQL to FreeTDS' tsql, signed in to a server on 127.0.0.1, and gives back what it printed. Needs the Debian package freetds-bin.
 * Another's client: it shows that a simulator speaks the protocol and not only what our own client expects.
 */
export async function tsql(wish: TsqlWish, username: string, password: string, statements: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'strongroom-tsql-'));
  try {
    const trust = wish.trusted === undefined ? '' : `ca file = ${dir}/ca.pem\ncheck certificate hostname = no\n`;
    await writeFile(join(dir, 'ca.pem'), (wish.trusted ?? []).join('\n'));
    await writeFile(
      join(dir, 'freetds.conf'),
      `[peer]\nhost = 127.0.0.1\nport = ${String(wish.port)}\ntds version = ${wish.version}\nencryption = ${wish.encryption}\nclient charset = UTF-8\ntimeout = 8\nconnect timeout = 8\n${trust}`,
    );
    const client = spawn('tsql', ['-S', 'peer', '-U', username, '-P', password, '-o', 'q'], {
      env: { ...process.env, FREETDSCONF: join(dir, 'freetds.conf'), LC_ALL: 'C.UTF-8' },
      timeout: 15_000,
    });
    client.stdin.on('error', () => undefined).end(`${statements}\ngo\nexit\n`);
    const [out, err] = await Promise.all([text(client.stdout), text(client.stderr)]);
    return out + err;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
