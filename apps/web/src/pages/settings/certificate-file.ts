/** A certificate file as the call takes it. */
export interface CertificateFile {
  readonly format: 'pem' | 'pkcs12';
  readonly content: string;
}

/** The largest file that is read, in bytes: what remains after base64 must fit the call. */
export const largestFile = 360_000;

/** Bytes as base64 text. Source: RFC 4648 section 4. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);
const isPem = (text: string): boolean => text.includes('-----BEGIN ');

/** Reads files as PEM where they hold PEM headers, put together, else the first as PKCS#12. The server says whether they are good. */
export function certificateFile(files: readonly Uint8Array[]): CertificateFile {
  const text = files.map(textOf).join('\n');
  const [first = new Uint8Array()] = files;
  return isPem(text) ? { format: 'pem', content: text } : { format: 'pkcs12', content: base64(first) };
}

/** Certificates as PEM. A file without a PEM header is taken as one certificate in DER, as Windows exports it. */
export const certificatesPem = (files: readonly Uint8Array[]): string =>
  files
    .map((bytes) =>
      isPem(textOf(bytes))
        ? textOf(bytes)
        : `-----BEGIN CERTIFICATE-----\n${base64(bytes).replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    )
    .join('\n');
