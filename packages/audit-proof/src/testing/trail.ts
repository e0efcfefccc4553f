import { signCheckpoint, originOf } from '../checkpoint.ts';
import { exportLines, type ExportHeader } from '../export.ts';
import { noteSigner, type NoteSigner } from '../note.ts';
import { canonicalEvent, type AuditRecord } from '../record.ts';
import { CompactTree, leafHash } from '../tree.ts';

/** A sealed trail in memory, for tests: its events in canonical text, its checkpoints, and who signed them. */
export interface Trail {
  readonly header: ExportHeader;
  readonly signer: NoteSigner;
  readonly events: readonly string[];
  readonly checkpoints: readonly string[];
}

/** The organisation of the tests. */
export const organisationId = '01936b7e-5c00-7000-8000-000000000001';

/** A signer for the tests: the seed is the given byte, 32 times. */
export const testSigner = (byte: number, organisation = organisationId): NoteSigner =>
  noteSigner(originOf(organisation), new Uint8Array(32).fill(byte));

const awkward = [
  '',
  'plain',
  'quote " and \\ and /',
  'line\nbreak\ttab\u0001',
  'naïve café',
  '日本語',
  '😂 𝒳',
  '\u007f\u2028\u2029',
  '</script>',
  "p'w$1 `x` ;",
  '\uFB33',
];

/** The n-th event of a made trail: every optional key is null now and then, texts hold what encoders get wrong. */
export function testEvent(n: number, organisation = organisationId): AuditRecord {
  const odd = (step: number): string => awkward[(n * 7 + step) % awkward.length] ?? '';
  const maybe = (step: number, text: string): string | null => ((n + step) % 3 === 0 ? null : text);
  return {
    id: `01936b7e-5c00-7000-9000-${String(n).padStart(12, '0')}`,
    organisationId: organisation,
    at: new Date(Date.UTC(2026, 10, 26, 15, 0, 0, n * 137)).toISOString(),
    actorKind: (['user', 'system', 'anonymous'] as const)[n % 3] ?? 'user',
    actorId: maybe(0, `01936b7e-5c00-7000-a000-${String(n % 5).padStart(12, '0')}`),
    actorName: odd(1),
    action: ['account.reveal', 'account.rotate', 'identity.sign-in', 'resource.add'][n % 4] ?? '',
    objectKind: 'account',
    objectId: maybe(1, `01936b7e-5c00-7000-b000-${String(n % 9).padStart(12, '0')}`),
    objectName: maybe(2, odd(2)),
    outcome: (['done', 'done', 'refused', 'failed'] as const)[n % 4] ?? 'done',
    reason: maybe(1, odd(3)),
    ticket: maybe(2, `CHG-${n}`),
    requestId: maybe(0, `req-${n}`),
    address: maybe(1, `192.0.2.${n % 250}`),
    client: maybe(2, 'Mozilla/5.0 (X11; Linux x86_64)'),
    details: n % 4 === 0 ? {} : { version: String(n), [odd(4) || 'key']: odd(5), '€': 'euro', 'a b': '' },
  };
}

/** Seals events under the given sizes, which ascend; the last should be the number of events for an export that is whole. */
export function sealTrail(
  events: readonly string[],
  sizes: readonly number[],
  signer = testSigner(1),
  organisation = organisationId,
): Trail {
  const tree = new CompactTree();
  const checkpoints: string[] = [];
  for (let at = 0; at <= events.length; at += 1) {
    if (sizes.includes(at))
      checkpoints.push(signCheckpoint({ origin: originOf(organisation), size: at, root: tree.root() }, signer));
    const event = events[at];
    if (event !== undefined) tree.append(leafHash(event));
  }
  const header = {
    organisationId: organisation,
    organisationName: 'Müller & Söhne "Nord"',
    exportedAt: '2026-11-26T16:00:00.000Z',
  };
  return { header, signer, events, checkpoints };
}

/** A made trail of `count` events. */
export function testTrail(
  count: number,
  sizes: readonly number[],
  signer = testSigner(1),
  organisation = organisationId,
): Trail {
  return sealTrail(
    Array.from({ length: count }, (_, n) => canonicalEvent(testEvent(n, organisation))),
    sizes,
    signer,
    organisation,
  );
}

/** The lines of the trail's export, each with its newline. */
export async function linesOfTrail(trail: Trail): Promise<string[]> {
  const events = trail.events.map((event, index) => ({ index, event }));
  const lines: string[] = [];
  for await (const line of exportLines({ ...trail.header, events, checkpoints: trail.checkpoints })) lines.push(line);
  return lines;
}
