// The SSH command line: programs fetch and change passwords with the `ssh` of every machine.
// It owns the wire: the host key, log-in by public key, reading commands, limits, exit statuses.
// It decides nothing: every command is made of our own calls, as the key's owner.
export { sshCli, type SshCli, type SshCliParts } from './door.ts';
export { hostKeyFile, openHostKey, readHostKey } from './host-key.ts';
export { sshCommandLineEndpoints, type SshCommandLineState } from './ssh-cli.endpoints.ts';
