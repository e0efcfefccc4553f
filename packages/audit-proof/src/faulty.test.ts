import { describe, expect, it } from 'vitest';
import { canonicalString } from './canonical.ts';
import { originOf } from './checkpoint.ts';
import { noteSigner, signNote, type NoteSigner } from './note.ts';
import { canonicalEvent } from './record.ts';
import { organisationId, testEvent, testSigner, testTrail, linesOfTrail } from './testing/trail.ts';
import { byNode, byPython, type Case } from './testing/verifiers.ts';
import { CompactTree, leafHash } from './tree.ts';

// Here the holder of the key is at fault: everything is hashed and signed, but not what the format allows to be signed.
// The roots all agree, so only the verifiers' own rules can tell.

const signer = testSigner(1);
const other = '01936b7e-5c00-7000-8000-000000000002';
const key = `${signer.verifierKey}\n`;
const events = Array.from({ length: 4 }, (_, n) =>
  canonicalEvent({ ...testEvent(n), actorName: 'Ana', details: { a: '1', b: '2' } }),
);
const good = events[2] ?? '';

/** A line of {"checkpoint":…} that says what it is told to say. */
function checkpointLine(
  size: number,
  tree: CompactTree,
  origin = originOf(organisationId),
  signers: NoteSigner[] = [signer],
): string {
  const note = signNote(`${origin}\n${size}\n${Buffer.from(tree.root()).toString('base64')}\n`, signers);
  return `{"checkpoint":${canonicalString(note)}}\n`;
}

function treeOf(leaves: readonly (string | Buffer)[]): CompactTree {
  const tree = new CompactTree();
  for (const leaf of leaves) tree.append(leafHash(leaf));
  return tree;
}

const header = `{"format":"strongroom-audit-export/1","organisationId":"${organisationId}","organisationName":"X","exportedAt":"2026-11-26T16:00:00.000Z"}\n`;
const endLine = (count: number): string => `{"end":true,"events":${count}}\n`;
const eventLines = (leaves: readonly (string | Buffer)[]): Buffer[] =>
  leaves.map((leaf, at) =>
    Buffer.concat([Buffer.from(`{"index":${at},"event":`), Buffer.from(leaf), Buffer.from('}\n')]),
  );

/** An export of these leaves in which everything is signed as it stands. */
function sealed(leaves: readonly (string | Buffer)[], ...checkpoints: readonly string[]): Buffer {
  const lines = checkpoints.length > 0 ? checkpoints : [checkpointLine(leaves.length, treeOf(leaves))];
  return Buffer.concat([
    Buffer.from(header),
    ...eventLines(leaves),
    Buffer.from(lines.join('')),
    Buffer.from(endLine(leaves.length)),
  ]);
}

const instead = (event: string | Buffer): Buffer => sealed([...events.slice(0, 2), event, ...events.slice(3)]);
const put = (from: string | RegExp, to: string): Buffer => {
  const event = good.replace(from, () => to);
  if (event === good) throw new Error('nothing was replaced');
  return instead(event);
};
const withDetails = (details: string): Buffer => put(/"details":\{[^}]*\}/, `"details":${details}`);

/** Signs with S + L in place of S (RFC 8032, 8.4), which a lax verifier takes for the same signature. */
const malleable: NoteSigner = {
  ...signer,
  sign: (text) => {
    const signature = Buffer.from(signer.sign(text));
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
    return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()]);
  },
};

const tree = treeOf(events);
const bothKeys = `${key}${testSigner(1, other).verifierKey}\n${noteSigner('other.example/log', new Uint8Array(32).fill(1)).verifierKey}\n`;
const one = (bytes: Buffer, more: Partial<Case> = {}): Case => ({ bytes, key, kept: [], ...more });
const note = (line: string): string => (JSON.parse(line) as { checkpoint: string }).checkpoint;

const refused: Record<string, Case> = {
  'an event that is not UTF-8': one(instead(Buffer.from(good.replace('"Ana"', '"An\u00e9"'), 'latin1'))),
  'half a surrogate pair as three bytes': one(
    instead(Buffer.from(good.replace('"Ana"', '"An\u00ed\u00a0\u0080"'), 'latin1')),
  ),
  'half a surrogate pair as an escape': one(put('"Ana"', '"An\\ud800"')),
  'an escape that need not be': one(put('"Ana"', '"An\\u0061"')),
  'an escape in capitals': one(put('"Ana"', '"An\\u001F"')),
  'a long escape for a newline': one(put('"Ana"', '"An\\u000a"')),
  'a raw tab': one(put('"Ana"', '"An\ta"')),
  'white space': one(put('"actorName":', '"actorName": ')),
  'keys out of order': one(put(/("action":"[^"]*"),("actorId":(?:null|"[^"]*"))/, '"actorId":null,"action":"x"')),
  'a key given twice': one(put('"actorName":"Ana"', '"actorName":"Ana","actorName":"Bea"')),
  'a key too many': one(put('"at":', '"as":"x","at":')),
  'a key too few': one(put(/"client":[^,]*,/, '')),
  'a number for text': one(put('"Ana"', '1')),
  'null for a name': one(put('"Ana"', 'null')),
  'a local time': one(put(/"at":"[^"]*"/, '"at":"2026-11-26T15:00:00.000+01:00"')),
  'an unknown outcome': one(put(/"outcome":"[a-z]*"/, '"outcome":"maybe"')),
  'an unknown kind of actor': one(put(/"actorKind":"[a-z]*"/, '"actorKind":"robot"')),
  'details out of order': one(withDetails('{"b":"2","a":"1"}')),
  'a detail given twice': one(withDetails('{"a":"1","a":"2"}')),
  'a detail given twice, once escaped': one(withDetails('{"\\"":"1","\\"":"2"}')),
  'details in the order of code points': one(withDetails('{"\uFB33":"1","😂":"2"}')),
  'a nested detail': one(withDetails('{"a":{"b":"2"}}')),
  'a detail that is null': one(withDetails('{"a":null}')),
  'details that are a list': one(withDetails('["a"]')),
  'an event of another organisation': one(put(organisationId, other)),
  'an event that is a list': one(instead('[]')),
  'a checkpoint of more events than there are': one(sealed(events, checkpointLine(5, tree), checkpointLine(4, tree))),
  'a checkpoint of fewer events than there are': one(sealed(events, checkpointLine(3, tree), checkpointLine(4, tree))),
  'a checkpoint of another origin, its key trusted': one(
    sealed(events, checkpointLine(4, tree, originOf(other), [testSigner(1, other)])),
    { key: bothKeys },
  ),
  'a checkpoint signed under a name that is not its origin': one(
    sealed(
      events,
      checkpointLine(4, tree, originOf(organisationId), [noteSigner('other.example/log', new Uint8Array(32).fill(1))]),
    ),
    { key: bothKeys },
  ),
  'a signature with S past the order of the group': one(
    sealed(events, checkpointLine(4, tree, originOf(organisationId), [malleable])),
  ),
  'a right signature and a wrong one of the same key': one(
    sealed(
      events,
      checkpointLine(4, tree, originOf(organisationId), [signer, { ...signer, sign: () => new Uint8Array(64) }]),
    ),
  ),
  'a kept checkpoint of another key': one(sealed(events), {
    kept: [note(checkpointLine(4, tree, originOf(organisationId), [testSigner(2)]))],
  }),
  'a kept checkpoint of another organisation': one(sealed(events), {
    key: bothKeys,
    kept: [note(checkpointLine(4, tree, originOf(other), [testSigner(1, other)]))],
  }),
  'a kept checkpoint of no events whose root is not that of nothing': one(sealed(events), {
    kept: [note(checkpointLine(0, tree))],
  }),
};

const unusable: Record<string, Case> = {
  'no key': one(sealed(events), { key: '\n# nothing\n' }),
  'a key with a wrong id': one(sealed(events), { key: key.replace(signer.keyId, '00000000') }),
  'a key of another kind': one(sealed(events), { key: key.replace('+A', '+B') }),
  'a key with white space in it': one(sealed(events), { key: key.replace('+', ' +') }),
  'a kept checkpoint with a carriage return': one(sealed(events), {
    kept: [note(checkpointLine(4, tree)).replaceAll('\n', '\r\n')],
  }),
  'kept lines without a checkpoint': one(sealed(events), { kept: ['{"note":"x"}\n'] }),
};

const accepted: Record<string, Case> = {
  'details in the order of UTF-16': one(withDetails('{"\\"":"0","a":"1","😂":"1","\uFB33":"2"}')),
  'no events at all, signed for': one(sealed([])),
  'a witness’s signature beside the log’s': one(
    sealed(
      events,
      checkpointLine(4, tree, originOf(organisationId), [
        noteSigner('witness.example/w', new Uint8Array(32).fill(7)),
        signer,
      ]),
    ),
  ),
  'several keys in the key file, with a comment': one(sealed(events), { key: `# keys\n\n${bothKeys}` }),
  'the same checkpoint kept twice': one(sealed(events), {
    kept: [note(checkpointLine(4, tree)), note(checkpointLine(4, tree))],
  }),
};

describe.each([
  ['verify.mjs', (cases: readonly Case[]) => Promise.all(cases.map(byNode))],
  ['verify.py', byPython],
])('%s, when what is signed is wrong', (_, verify) => {
  const problems = async (cases: Record<string, Case>): Promise<Record<string, string | null>> => {
    const found = await verify(Object.values(cases));
    return Object.fromEntries(Object.keys(cases).map((name, at) => [name, found[at]?.problem ?? null]));
  };

  it('refuses each', async () => {
    const found = Object.entries(await problems(refused));
    expect(found.filter(([, problem]) => problem === null || problem === 'unusable')).toEqual([]);
    expect(found).toHaveLength(Object.keys(refused).length);
  });

  it('calls unusable what is no key or no checkpoint', async () => {
    expect(Object.entries(await problems(unusable)).filter(([, problem]) => problem !== 'unusable')).toEqual([]);
  });

  it('accepts what only looks odd', async () => {
    expect(Object.entries(await problems(accepted)).filter(([, problem]) => problem !== null)).toEqual([]);
  });

  it('accepts the signatures of many keys', async () => {
    const cases = await Promise.all(
      Array.from({ length: 24 }, async (_unused, n) => {
        const trail = testTrail(3, [1, 3], testSigner(n * 10));
        return one(Buffer.from((await linesOfTrail(trail)).join('')), {
          key: trail.signer.verifierKey,
          kept: trail.checkpoints,
        });
      }),
    );
    expect((await verify(cases)).map(({ problem }) => problem)).toEqual(cases.map(() => null));
  });
});
