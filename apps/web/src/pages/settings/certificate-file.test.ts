import { describe, expect, it } from 'vitest';
import { certificateFile, certificatesPem } from './certificate-file.ts';

describe('a certificate file', () => {
  it('is PEM where it holds a PEM header, wherever that stands', () => {
    const text = 'Bag Attributes\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(certificateFile([new TextEncoder().encode(text)])).toEqual({ format: 'pem', content: text });
  });
  it('may come in two, the certificate and its key', () => {
    const files = ['-----BEGIN CERTIFICATE-----', '-----BEGIN PRIVATE KEY-----'];
    expect(certificateFile(files.map((text) => new TextEncoder().encode(text)))).toEqual({
      format: 'pem',
      content: files.join('\n'),
    });
  });
  it('to be trusted may be DER, which becomes PEM', () => {
    const bytes = Uint8Array.from({ length: 60 }, (_, i) => i);
    expect(certificatesPem([bytes])).toBe(
      '-----BEGIN CERTIFICATE-----\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v\nMDEyMzQ1Njc4OTo7\n-----END CERTIFICATE-----\n',
    );
    const pem = new TextEncoder().encode('-----BEGIN CERTIFICATE-----');
    expect(certificatesPem([pem])).toBe('-----BEGIN CERTIFICATE-----');
  });
  it('is PKCS#12 otherwise, byte for byte', () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256);
    const { format, content } = certificateFile([bytes]);
    expect(format).toBe('pkcs12');
    expect(Uint8Array.from(atob(content), (char) => char.charCodeAt(0))).toEqual(bytes);
  });
});
