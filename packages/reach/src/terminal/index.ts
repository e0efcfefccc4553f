/** Command lines for people: over SSH or Telnet, of devices and, where there is only Telnet, of Unix hosts. */
import {
  NoPrompt,
  promptEnding,
  Unreachable,
  Untrusted,
  type HostKey,
  type Login,
  type Shell,
  type Ways,
} from '@strongroom/driver-kit';
import { openLine, type Reach } from '../connect.ts';
import { overTelnet } from '../protocol.ts';
import { arrive, logIn } from './greet.ts';
import { openSshTerminal } from './ssh-wire.ts';
import { openTelnet } from './telnet-wire.ts';
import { terminalOver } from './terminal.ts';
import { unixShell } from './unix-shell.ts';
import { Reader } from './wire.ts';

/** How to reach a command line. */
export interface TerminalReach extends Reach {
  /** Those of the driver: `protocol`, and `prompts.shell` of a Unix over Telnet. */
  readonly settings: unknown;
  /** Called with a host key that is not a pinned one, before Untrusted is thrown. */
  readonly onUntrusted?: (key: HostKey) => void;
}

/** A device's command line, as `Ways` has it. */
export function terminalWay(options: TerminalReach): Ways['terminal'] {
  return async (login, greeting, work) => {
    const secrets = [login.password, login.privateKey, login.passphrase].flatMap((one) =>
      one === undefined ? [] : [one.expose()],
    );
    if (overTelnet(options.settings)) {
      const wire = await openTelnet(options, false);
      try {
        const reader = new Reader(wire, options.timeoutMs, options.signal);
        await logIn(wire, reader, greeting, login);
        return await work(terminalOver(wire, reader, secrets));
      } finally {
        wire.close();
      }
    }
    const line = await openLine(options, login).catch((error: unknown) => {
      if (error instanceof Untrusted) options.onUntrusted?.(error.offered);
      throw error;
    });
    try {
      const wire = await openSshTerminal(line, options);
      const reader = new Reader(wire, options.timeoutMs, options.signal);
      await arrive(wire, reader, greeting);
      return await work(terminalOver(wire, reader, secrets));
    } finally {
      // Nothing is under way: a device that wants to talk about leaving is left all the same.
      line.client.end();
      line.socket.destroySoon();
    }
  };
}

/** login(1) and what stands in for it on other Unixes. */
const unixGreeting = {
  // Not what greets whoever is in: "Last login:", on AIX "Last unsuccessful login:".
  username: /(?<!last |unsuccessful )(?:login|user ?name)[^\n]{0,20}:[ \t]*$/i,
  password: /password[^\n]{0,40}:[ \t]*$/i,
  refused: /(?:^|\n)[^\n]{0,20}(?:login incorrect|incorrect login|invalid log-?in|3004-007|3004-300|wait for login)/i,
};

/** Commands on a Unix over Telnet, with what `shell` of the settings' prompts says a command line ends in. */
export async function telnetShell<T>(
  options: TerminalReach,
  login: Login,
  work: (shell: Shell) => Promise<T>,
): Promise<T> {
  const wire = await openTelnet(options, true);
  try {
    const reader = new Reader(wire, options.timeoutMs, options.signal);
    await logIn(wire, reader, { ...unixGreeting, prompt: promptEnding(shellPrompt(options.settings)) }, login).catch(
      (error: unknown) => {
        throw error instanceof NoPrompt ? new Unreachable(error.message) : error;
      },
    );
    // Loaded with the first command: signing in alone is a proof, and leaves no trace in a history.
    let shell: Promise<Shell> | undefined;
    const ready = () => (shell ??= unixShell(wire, reader));
    return await work({
      run: async (command, stdin) => (await ready()).run(command, stdin),
      dialogue: async (command, steps) => (await ready()).dialogue(command, steps),
    });
  } finally {
    wire.close();
  }
}

function shellPrompt(settings: unknown): string {
  const prompts = typeof settings === 'object' && settings !== null && 'prompts' in settings ? settings.prompts : {};
  return typeof prompts === 'object' && prompts !== null && 'shell' in prompts && typeof prompts.shell === 'string'
    ? prompts.shell
    : '$ | # | % | >';
}
