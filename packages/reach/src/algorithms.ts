import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';
import type { HostKey } from '@strongroom/driver-kit';

// No SHA-1, no CBC, no ssh-rsa: what OpenSSH 8.8 and later offer by default, and what NIST SP 800-131A still allows.
const hostKeys: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * What we offer to a host. Types of pinned keys come first, because a host with keys of several types shows only the one
 * that the client prefers: a pinned host must not look changed for having a second key.
 */
export function algorithmsFor(pinned: readonly HostKey[]): Algorithms {
  const known = (name: ServerHostKeyAlgorithm) =>
    pinned.some(({ algorithm }) => (algorithm === 'ssh-rsa' ? name.startsWith('rsa-sha2-') : algorithm === name));
  return {
    serverHostKey: [...hostKeys.filter(known), ...hostKeys.filter((name) => !known(name))],
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group14-sha256',
    ],
    cipher: [
      'chacha20-poly1305@openssh.com',
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
    ],
    hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
    compress: ['none'],
  };
}
