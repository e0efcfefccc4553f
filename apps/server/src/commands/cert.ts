import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { nowhere, performer, system, type Actor } from '../authorise/index.ts';
import { certificatesIn, factsOf, type CertificateFacts } from '../platform/certificate.ts';
import { Problem } from '../platform/problem.ts';
import { installPair, tlsFiles } from '../platform/tls.ts';
import { addTrusted, installCertificate } from '../trust/index.ts';
import { codeOf } from './check.ts';
import { command, Refusal } from './command.ts';
import { chosen, settingsOrRefuse, withDatabase } from './installation.ts';

/** What every certificate in DER begins with (X.690 section 8.9). */
const derSequence = 0x30;

/**
 * `strongroom cert install FILE`: replaces the server's certificate. PEM or PKCS#12 is told by what is in the file. The password comes from a file, never from the command line, where
 * everybody on the machine could read it. A running server serves the new certificate within a second.
 */
export const certInstall = command(
  {
    words: 'cert install',
    takes: 'FILE [--key FILE] [--password-file FILE]',
    says: "replaces the server's certificate by a PEM or PKCS#12 file, without a restart",
    options: { key: { type: 'string' }, 'password-file': { type: 'string' } },
    positionals: 1,
  },
  async (called) => {
    const config = settingsOrRefuse();
    const [keyFile, passwordFile] = [called.one('key'), called.one('password-file')];
    const parts = [called.positionals[0] ?? '', ...(keyFile === undefined ? [] : [keyFile])].map(read);
    const content = Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]).slice(0, -1));
    const password =
      passwordFile === undefined
        ? ''
        : read(passwordFile)
            .toString('utf8')
            .replace(/\r?\n$/, '');
    const format = content.includes('-----BEGIN ') ? 'pem' : 'pkcs12';
    return withDatabase(config, async ({ database, organisations }) => {
      // The certificate is the installation's: its first organisation's trail tells of it.
      const [first] = chosen(organisations, undefined);
      if (first === undefined) throw new Refusal('There is no organisation.');
      const ask = { actor: byCommand(first.id), action: 'certificate.install-by-command', objectId: first.id } as const;
      await saying(
        installCertificate({ perform: performer(database), database }, ask, { format, content, password }, (pair) =>
          installPair(config, pair),
        ),
      );
      const [leaf, ...chain] = certificatesIn(read(tlsFiles(config).cert).toString('utf8')).map(factsOf);
      if (leaf === undefined) throw new Refusal('The installed file holds no certificate.');
      return {
        ok: true,
        lines: [`Installed ${lineOf(leaf)}`, 'A running server serves it from now on; sessions and connections stay.'],
        facts: { certificate: leaf, chain },
      };
    });
  },
);

/** `strongroom cert import FILE`: adds every certificate of a PEM file to those that outgoing connections trust. */
export const certImport = command(
  {
    words: 'cert import',
    takes: 'FILE [--organisation ID]',
    says: 'trusts an authority or a server, for every outgoing TLS connection',
    options: { organisation: { type: 'string' } },
    positionals: 1,
  },
  async (called) => {
    const config = settingsOrRefuse();
    const pem = asPem(read(called.positionals[0] ?? ''));
    return withDatabase(config, async ({ database, organisations }) => {
      const imported = [];
      for (const { id, name } of chosen(organisations, called.one('organisation'))) {
        const ask = { actor: byCommand(id), action: 'trusted-certificate.add-by-command', objectId: id } as const;
        imported.push({ id, name, ...(await saying(performer(database)(ask, (grant) => addTrusted(grant, pem)))) });
      }
      return {
        ok: true,
        lines: imported.flatMap(({ name, items, added }) => [
          `${name} trusts ${added === 0 ? 'already' : 'now'}:`,
          ...items.map((item) => `  ${lineOf(item)}`),
        ]),
        facts: { organisations: imported },
      };
    });
  },
);

/** A file without a PEM header is taken as one certificate in DER, as Windows exports it; what is neither is refused by its reader. */
const asPem = (content: Buffer): string =>
  content.includes('-----BEGIN ') || content[0] !== derSequence
    ? content.toString('utf8')
    : `-----BEGIN CERTIFICATE-----\n${content.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

const byCommand = (organisationId: string): Actor =>
  system(organisationId, { ...nowhere, client: `strongroom cert by ${userInfo().username}` });

const lineOf = ({ subject, notAfter, fingerprint }: CertificateFacts): string =>
  `${subject}, valid until ${notAfter.toISOString().slice(0, 10)}, SHA-256 ${fingerprint}`;

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Refusal(`${file} cannot be read (${codeOf(error)}).`);
  }
}

/** A problem in words for the operator. */
async function saying<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Problem && error.detail !== undefined)
      throw new Refusal(`${error.detail} Nothing was changed.`);
    throw error;
  }
}
