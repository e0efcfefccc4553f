import type { SshCommandLine } from '@strongroom/contract';
import { openHostKey, sshCli, type SshCli, type SshCliParts } from './doors/index.ts';
import { listenFault } from './listen-fault.ts';
import type { Config } from './platform/config.ts';
import type { Organisation } from './setup/index.ts';

/** The SSH command line of a running server. */
export interface SshDoor {
  /** How programs reach it at this moment. */
  state(): SshCommandLine;
  /** Opens the port that the settings name, if they name one. Throws `StartFault`. */
  open(
    parts: Omit<SshCliParts, 'hostKey' | 'organisationId'>,
    organisations: () => Promise<readonly Organisation[]>,
  ): Promise<void>;
  close(): Promise<void>;
}

/** The SSH command line as the settings want it: closed until `open`, and for good where its port is `off`. */
export function sshDoor(config: Config): SshDoor {
  let door: SshCli | undefined;
  let state: SshCommandLine = { port: null, hostKey: null, fingerprint: null };
  return {
    state: () => state,
    async open(parts, organisations) {
      const wanted = config.sshCliPort;
      if (wanted === 'off') return;
      const key = openHostKey(config.home);
      door = sshCli({
        ...parts,
        hostKey: key.privateKey,
        async organisationId(name) {
          const all = await organisations();
          const found = name === undefined ? all[0] : all.find((one) => one.name.toLowerCase() === name.toLowerCase());
          return found?.id;
        },
      });
      const port = await door.listen(wanted, config.host).catch((error: unknown) => {
        throw listenFault(error, config, wanted, 'STRONGROOM_SSH_CLI_PORT');
      });
      state = { port, hostKey: key.line, fingerprint: key.fingerprint };
      parts.log.info({ port, fingerprint: key.fingerprint }, 'the SSH command line is open');
    },
    async close() {
      await door?.close();
      state = { port: null, hostKey: null, fingerprint: null };
    },
  };
}
