import { catalogue } from '../t.ts';

/** What is said about the SSH command line. */
export const sshCommandLine = catalogue('ssh-command-line', {
  tab: 'SSH command line',
  door: 'How programs reach it',
  doorText:
    'A program fetches and changes passwords with ssh alone. It signs in as an API user with that user’s SSH key; keys are set on the user’s page.',
  off: 'The SSH command line is switched off',
  offText: 'It opens when the server is started with a port in STRONGROOM_SSH_CLI_PORT; usually 5522.',
  port: 'Port',
  fingerprint: 'Fingerprint of the host key',
  knownHosts: 'Line for known_hosts',
  knownHostsHelp: 'With it on the program’s machine, ssh knows this server from the first connection on.',
  commands: 'Commands',
  commandsText:
    'A value runs to the next option: no quotes are needed inside it. Passwords that hold a space and then an option’s name, such as “ --reason=”, cannot be sent in this way.',
  begins: 'How a line begins',
  retrieve: 'Fetch a password',
  resetLocal: 'Change the stored password',
  resetRemote: 'Change the password on the target too',
  create: 'Add a resource with an account',
  exits: 'Exit status',
  exit0Text: 'Done. A password is on standard output, followed by CR LF.',
  exit1Text: 'Refused, not found or not changed; standard error says why.',
  exit2Text: 'No command.',
  exit3Text: 'The change on the target is not over after a minute, and goes on.',
  exit4Text: 'No answer is possible at this moment. Try again.',
  exit255Text: 'From ssh itself: no connection, or this key signs nobody in.',
});
