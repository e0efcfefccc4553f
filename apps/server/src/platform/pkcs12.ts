import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { UnfitCertificate } from './certificate.ts';

const programs = ['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl'];
const patienceMs = 15_000;
const largestOutput = 1024 * 1024;

/**
 * Opens a PKCS#12 file (`.p12`, `.pfx`; RFC 7292). Returns PEM text with the private key, not encrypted, and every certificate in it.
 * The work is done by openssl-pkcs12(1) in a process of its own, which gets the file on standard input and the password on another descriptor: neither is ever in an argument,
 * in the environment or on disk. Throws `UnfitCertificate` for a wrong password, for what is no such file, and where the program is not installed.
 */
export async function openPkcs12(
  file: Uint8Array,
  password: string,
  places: readonly string[] = programs,
): Promise<string> {
  const program = places.find((path) => existsSync(path));
  if (program === undefined)
    throw new UnfitCertificate(
      'PKCS#12 is read by the program openssl, which this machine does not have. Install it, or bring the certificate and key as PEM.',
    );
  if (/[\r\n]/.test(password)) throw new UnfitCertificate('The password is wrong: it cannot hold a line break.');
  // What Windows and older tools export (RC2, 3DES) is only opened when asked for.
  const modern = await run(program, [], file, password);
  const { code, output, says } =
    modern.code !== 0 && /unsupported/i.test(modern.says) ? await run(program, ['-legacy'], file, password) : modern;
  if (code === 0) return output;
  if (/mac verify error|invalid password/i.test(says)) throw new UnfitCertificate('The password is wrong.');
  if (code === null) throw new UnfitCertificate('The PKCS#12 file could not be opened in time.');
  throw new UnfitCertificate('This is no PKCS#12 file, or it is damaged.');
}

async function run(
  program: string,
  more: readonly string[],
  file: Uint8Array,
  password: string,
): Promise<{ code: number | null; output: string; says: string }> {
  const child = spawn(program, ['pkcs12', '-nodes', '-passin', 'fd:3', ...more], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    // Nothing of ours: no settings, and no file that OPENSSL_CONF names.
    env: { LC_ALL: 'C.UTF-8' },
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  let [output, says] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => {
    output += data.toString('latin1');
    if (output.length > largestOutput) child.kill('SIGKILL');
  });
  child.stderr?.on('data', (data: Buffer) => (says += data.toString('latin1').slice(0, 4096)));
  const give = (to: unknown, content: string | Uint8Array): void => {
    const stream = to as Writable;
    // It may end before it has read everything, as when the file is none: its exit status says so.
    stream.on('error', () => undefined);
    stream.end(content);
  };
  give(child.stdin, file);
  give(child.stdio[3], `${password}\n`);
  const [code] = (await once(child, 'close').catch(() => [1])) as [number | null];
  return { code, output, says };
}
