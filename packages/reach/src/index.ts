/**
 * How to get to a target: over SSH, directly. Owns connections, host keys and signing in.
 * It decides nothing about passwords and keeps nothing: keys that were seen are the caller's to pin.
 */
export { sshTarget, type SshTargetOptions } from './ssh-target.ts';
export { readHostKey } from './host-key.ts';
