import { readSshCommandLine, type SshCommandLine } from '@strongroom/contract';
import { endpoint, type Endpoint } from '../../authorise/index.ts';

/** What the door is at this moment. */
export type SshCommandLineState = () => SshCommandLine;

/** What administrators are told of the door, so that they can tell the owners of programs. */
export const sshCommandLineEndpoints = (state: SshCommandLineState): Endpoint[] => [
  endpoint(readSshCommandLine, { run: () => Promise.resolve(state()) }),
];
