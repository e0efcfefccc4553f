import { describe, expect, it } from 'vitest';
import { openCheckpoint, originOf, readCheckpoint, signCheckpoint } from './checkpoint.ts';
import { noteSigner, noteVerifier, openNote, signNote } from './note.ts';
import { organisationId, testSigner } from './testing/trail.ts';
import { emptyRoot } from './tree.ts';

// The note that the Go implementation's documentation uses as its example.
const knownKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const knownText =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const knownNote = `${knownText}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

describe('signed note', () => {
  it('opens the known note with the known key', () => {
    const opened = openNote(knownNote, [noteVerifier(knownKey)]);
    expect(opened.text).toBe(knownText);
    expect(opened.signers.map((key) => `${key.name}+${key.keyId}`)).toEqual(['PeterNeumann+c74f20a3']);
  });

  it('signs as RFC 8032 test 1 and names the key as the format says', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const signer = noteSigner('example.com/log', seed);
    expect(Buffer.from(signer.sign('')).toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
    const publicKey = Buffer.from('01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    expect(signer.verifierKey).toBe(`example.com/log+${signer.keyId}+${publicKey.toString('base64')}`);
  });

  it('passes over signatures of others, wherever they stand', () => {
    const other = noteSigner('witness.example/w', new Uint8Array(32).fill(9));
    const ours = noteSigner('a/b', new Uint8Array(32).fill(1));
    const note = signNote('text\n', [other, ours]);
    expect(openNote(note, [noteVerifier(ours.verifierKey)]).signers).toHaveLength(1);
    expect(openNote(note, [noteVerifier(ours.verifierKey), noteVerifier(other.verifierKey)]).signers).toHaveLength(2);
    expect(() => openNote(signNote('text\n', [other]), [noteVerifier(ours.verifierKey)])).toThrow('no trusted key');
  });

  it.each<[string, string]>([
    ['a changed text', knownNote.replace('your', 'our')],
    ['a changed signature', knownNote.replace('x08go/ZJ', 'x08go/ZK')],
    ['another key id', knownNote.replace('x08g', 'x08h')],
    ['a second spelling of the same signature', knownNote.replace('nAM=', 'nAN=')],
    ['base64 without its padding', knownNote.replace('nAM=', 'nAM')],
    ['a hyphen for the dash', knownNote.replace('— ', '- ')],
    ['two spaces', knownNote.replace('— ', '—  ')],
    ['no last newline', knownNote.slice(0, -1)],
    ['an empty line at the end', `${knownNote}\n`],
    ['a carriage return', knownNote.replace('\n', '\r\n')],
    ['no signature', knownText],
    [
      'a right signature and a wrong one of the same key',
      `${knownNote}${(knownNote.split('\n').at(-2) ?? '').replace('ZJ', 'ZK')}\n`,
    ],
  ])('refuses %s', (_, note) => {
    expect(() => openNote(note, [noteVerifier(knownKey)])).toThrow(/note|signature|key/);
  });

  it.each([
    '',
    'PeterNeumann',
    knownKey.replace('c74f20a3', 'c74f20a4'),
    knownKey.replace('Peter', 'Pater'),
    knownKey.replace('ARpc', 'AhpC'),
    `${knownKey}A`,
  ])('refuses the verifier key %j', (line) => {
    expect(() => noteVerifier(line)).toThrow(/key/);
  });

  it('refuses names and texts the format cannot carry', () => {
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb'])
      expect(() => noteSigner(name, new Uint8Array(32))).toThrow('name');
    const signer = noteSigner('a', new Uint8Array(32));
    expect(() => signNote('no newline', [signer])).toThrow('newline');
    expect(() => signNote('tab\t\n', [signer])).toThrow('control');
    expect(() => noteSigner('a', new Uint8Array(31))).toThrow('seed');
  });
});

describe('checkpoint', () => {
  const signer = testSigner(1);
  const trusted = [noteVerifier(signer.verifierKey)];
  const checkpoint = { origin: originOf(organisationId), size: 12, root: emptyRoot() };

  it('has the three lines of the format and comes back as it went in', () => {
    const note = signCheckpoint(checkpoint, signer);
    expect(note.split('\n').slice(0, 4)).toEqual([
      `strongroom/${organisationId}`,
      '12',
      '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      '',
    ]);
    const opened = openCheckpoint(note, trusted);
    expect({ ...opened, root: Buffer.from(opened.root).toString('hex') }).toEqual({
      ...checkpoint,
      root: Buffer.from(emptyRoot()).toString('hex'),
    });
  });

  it('is not believed from the same key under another organisation’s name', () => {
    const other = testSigner(1, '01936b7e-5c00-7000-8000-000000000002');
    expect(() => signCheckpoint(checkpoint, other)).toThrow('origin');
    const note = signNote(`${checkpoint.origin}\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`, [other]);
    expect(() => openCheckpoint(note, [...trusted, noteVerifier(other.verifierKey)])).toThrow('no trusted key');
  });

  it.each(['12.0', '012', '-1', '1e1', ' 12', '', '99999999999999999', '9007199254740993'])(
    'refuses the size %j, even signed',
    (size) => {
      const note = signNote(`${checkpoint.origin}\n${size}\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`, [signer]);
      expect(() => openCheckpoint(note, trusted)).toThrow('not a checkpoint');
    },
  );

  it('refuses further lines and another spelling of the root, even signed', () => {
    expect(() =>
      readCheckpoint(signNote(`a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n`, [signer])),
    ).toThrow('not a checkpoint');
    expect(() => readCheckpoint(signNote(`a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n`, [signer]))).toThrow(
      'not a checkpoint',
    );
    expect(() =>
      readCheckpoint(signNote(`a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nmore\n`, [signer])),
    ).toThrow('not a checkpoint');
  });
});
