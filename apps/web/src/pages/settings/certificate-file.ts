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

/** Reads the bytes of a file as PEM where they hold a PEM header, else as PKCS#12. The server says whether they are good. */
export function certificateFile(bytes: Uint8Array): CertificateFile {
  const text = new TextDecoder('utf-8').decode(bytes);
  return text.includes('-----BEGIN ') ? { format: 'pem', content: text } : { format: 'pkcs12', content: base64(bytes) };
}
