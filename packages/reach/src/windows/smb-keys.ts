import { deriveKey } from './counter-kdf.ts';

/** Dialects spoken. Not 2.0.2 and SMB 1: no supported Windows needs them. */
export const dialect = { v210: 0x0210, v300: 0x0300, v302: 0x0302, v311: 0x0311 } as const;
export const dialects: readonly number[] = Object.values(dialect);

/** Ciphers for encryption. Source: MS-SMB2 section 2.2.3.1.2. */
export const cipherId = { aes128ccm: 1, aes128gcm: 2 } as const;

/** The keys of one session, 16 bytes each. */
export interface SmbKeys {
  readonly signing: Buffer;
  /** What we encrypt with. */
  readonly sending: Buffer;
  /** What the host encrypts with. */
  readonly receiving: Buffer;
  /** What protocols inside the session, such as MS-SAMR, encrypt with. */
  readonly application: Buffer;
}

/**
 * The keys that follow from the session key of the sign-in. Source: MS-SMB2 sections 3.2.5.3.1 and 3.1.4.2.
 * `preauth` is the hash over the messages that came before (3.1.1 only): had one been changed on the way, the two sides would not have the same keys.
 */
export function smbKeys(spoken: number, sessionKey: Buffer, preauth: Buffer): SmbKeys {
  if (spoken === dialect.v210)
    return { signing: sessionKey, sending: sessionKey, receiving: sessionKey, application: sessionKey };
  const key = (label: string, context: Buffer | string): Buffer =>
    deriveKey(
      sessionKey,
      Buffer.from(`${label}\0`, 'latin1'),
      typeof context === 'string' ? Buffer.from(`${context}\0`, 'latin1') : context,
    );
  if (spoken === dialect.v311)
    return {
      signing: key('SMBSigningKey', preauth),
      sending: key('SMBC2SCipherKey', preauth),
      receiving: key('SMBS2CCipherKey', preauth),
      application: key('SMBAppKey', preauth),
    };
  return {
    signing: key('SMB2AESCMAC', 'SmbSign'),
    sending: key('SMB2AESCCM', 'ServerIn '),
    receiving: key('SMB2AESCCM', 'ServerOut'),
    application: key('SMB2APP', 'SmbRpc'),
  };
}
