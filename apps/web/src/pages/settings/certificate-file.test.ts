import { describe, expect, it } from 'vitest';
import { certificateFile } from './certificate-file.ts';

describe('a certificate file', () => {
  it('is PEM where it holds a PEM header, wherever that stands', () => {
    const text = 'Bag Attributes\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(certificateFile(new TextEncoder().encode(text))).toEqual({ format: 'pem', content: text });
  });
  it('is PKCS#12 otherwise, byte for byte', () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256);
    const { format, content } = certificateFile(bytes);
    expect(format).toBe('pkcs12');
    expect(Uint8Array.from(atob(content), (char) => char.charCodeAt(0))).toEqual(bytes);
  });
});
