// needs: testssl.sh
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlace, type Place, type Running } from '../start/program.ts';

const program = '/usr/bin/testssl';

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

// Debian's package testssl.sh, where it is installed.
describe.skipIf(!existsSync(program))('the HTTPS port, as testssl.sh sees it', () => {
  let place: Place;
  let server: Running;
  beforeAll(async () => {
    place = await makePlace({}, { from: 'set-up' });
    server = await place.start();
  });
  afterAll(() => place.remove());

  it(
    'gives no finding above LOW but that its first certificate is self-signed [INS-03]',
    { timeout: 900_000 },
    async () => {
      const report = join(place.base, 'report.json');
      const port = new URL(server.url).port;
      // Protocols, suites, forward secrecy, server defaults, preference, headers, vulnerabilities: all but what old clients would agree on.
      const what = ['-p', '-s', '-f', '-S', '-P', '-h', '-U'];
      const how = ['--quiet', '--color', '0', '--warnings', 'off', '--ip', '127.0.0.1', '--jsonfile', report];
      // Its exit status is the number of findings of any kind.
      await promisify(execFile)(program, [...how, ...what, `https://localhost:${port}`]).catch(() => undefined);
      const findings = JSON.parse(readFileSync(report, 'utf8')) as Finding[];
      const severityOf = (id: string): string | undefined => findings.find((finding) => finding.id === id)?.severity;
      // It did look: what must be found is found.
      for (const id of ['TLS1_2', 'TLS1_3', 'HSTS_time', 'heartbleed', 'ROBOT'])
        expect([id, severityOf(id)]).toEqual([id, 'OK']);
      const bad = findings.filter(({ severity }) => /^(MEDIUM|HIGH|CRITICAL|FATAL)$/.test(severity));
      // A certificate that vouches for itself has no authority, hence nobody to ask whether it was revoked.
      expect(bad.map(({ id, finding }) => `${id}: ${finding}`).sort()).toEqual([
        'cert_chain_of_trust: failed (self signed).',
        'cert_revocation: Neither CRL nor OCSP URI provided',
      ]);
    },
  );
});
