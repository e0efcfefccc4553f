/**
 * How to get to a target, directly: one way for each protocol. Owns connections, host keys, certificates and signing in.
 * It decides nothing about passwords and keeps nothing: keys that were seen are the caller's to pin.
 */
export { reachTarget, type ReachOptions } from './target.ts';
export { readHostKey } from './host-key.ts';
export { makeKeyPair, readPrivateKey, type KeyKind, type KeyPair } from './key-pair.ts';
