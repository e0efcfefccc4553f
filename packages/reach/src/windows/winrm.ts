import {
  Cut,
  MustChange,
  Rejected,
  Unreachable,
  WindowsError,
  type WindowsAccount,
  type WindowsAccounts,
} from '@strongroom/driver-kit';
import type { TlsReach } from '../tls.ts';
import { beforeChange } from './accounts.ts';
import { Malformed } from './bytes.ts';
import { authority, openWinrm, type HttpReply, type WinrmLine, type WinrmLogin } from './winrm-line.ts';
import { answerMark, orderLine, program, programArguments, type WinrmOrder } from './winrm-script.ts';
import {
  createShell,
  deleteShell,
  receiveOutput,
  sendInput,
  startCommand,
  type WsmanTarget,
} from './wsman-messages.ts';
import { commandIdOf, isTimedOut, received, shellIdOf } from './wsman-replies.ts';

/** Win32 errors of NetUserSetInfo and LogonUser. Source: MS-ERREF section 2.2, lmerr.h. */
const win32 = {
  accessDenied: 5,
  passwordRestriction: 1325,
  logonFailure: 1326,
  passwordExpired: 1330,
  mustChange: 1907,
  userNotFound: 2221,
  passwordTooShort: 2245,
} as const;
const words: Readonly<Record<number, string>> = {
  [win32.accessDenied]: 'access denied: the account that signed in may not set passwords on this host',
  [win32.passwordRestriction]: 'the host refused the password: its policy on length, history, age or complexity',
  [win32.userNotFound]: 'the host has no such account',
  [win32.passwordTooShort]: 'the host refused the password: its policy on length, history, age or complexity',
};

/** A shell that is open. */
interface Remote {
  readonly line: WinrmLine;
  readonly target: WsmanTarget;
  readonly shellId: string;
  readonly timeoutMs: number;
}

/** Signs in to WinRM, runs `work` on the host's accounts and closes. Throws Rejected, Unreachable and Untrusted before `work` starts. */
export async function overWinrm<T>(
  reach: TlsReach,
  certificate: 'verified' | 'pinned',
  signIn: WinrmLogin,
  work: (accounts: WindowsAccounts) => Promise<T>,
): Promise<T> {
  const target: WsmanTarget = {
    to: `https://${authority(reach)}/wsman`,
    seconds: Math.max(1, Math.floor(reach.timeoutMs / 1000)),
  };
  const remote = await opened(reach, certificate, signIn, target);
  try {
    return await work(accountsOn(remote));
  } finally {
    // A host that does not answer any more has ended the shell by itself in a while.
    remote.line.within(2000);
    await remote.line.post(deleteShell(target, remote.shellId)).catch(() => undefined);
    remote.line.close();
  }
}

async function opened(
  reach: TlsReach,
  certificate: 'verified' | 'pinned',
  signIn: WinrmLogin,
  target: WsmanTarget,
): Promise<Remote> {
  try {
    const { line, reply } = await openWinrm(reach, certificate, signIn, createShell(target));
    try {
      return { line, target, shellId: shellIdOf(must(reply)), timeoutMs: reach.timeoutMs };
    } catch (error) {
      line.close();
      throw error;
    }
  } catch (error) {
    throw beforeChange(error);
  }
}

/** The body of an answer that is no fault. */
function must({ status, body }: HttpReply): string {
  if (status !== 200) throw new Unreachable(`WinRM answered with HTTP status ${String(status)}`);
  return body;
}

function accountsOn(remote: Remote): WindowsAccounts {
  return {
    async setPassword({ name }, next) {
      const code = codeOf(await run(remote, { do: 'set', name, password: next.expose() }, true));
      // Without a number it may have happened all the same.
      if (code === undefined) throw new Cut('the host did not say what became of it');
      if (code !== 0) throw new WindowsError(code, words[code] ?? `the host answered with error ${String(code)}`);
    },

    async check({ domain, name }, password) {
      const order: WinrmOrder = { do: 'check', domain: domain ?? '.', name, password: password.expose() };
      const code = codeOf(await run(remote, order, false));
      if (code === 0) return;
      if (code === win32.logonFailure) throw new Rejected('the host rejected the log-in');
      if (code === win32.mustChange || code === win32.passwordExpired)
        throw new MustChange('the host wants the password changed');
      throw new Unreachable(`the host looked at no password (error ${String(code)})`);
    },

    async list() {
      const lines = await run(remote, { do: 'list' }, false);
      if (codeOf(lines) !== 0) throw new Unreachable('the host lists no accounts');
      return lines.flatMap(accountOf);
    },
  };
}

const codeOf = (lines: readonly string[]): number | undefined => {
  const code = lines.map((line) => /^code (\d{1,10})$/.exec(line)?.[1]).find((one) => one !== undefined);
  return code === undefined ? undefined : Number(code);
};

function accountOf(line: string): WindowsAccount[] {
  const [, rid, administrator, name] = /^account (\d{1,10}) ([01]) ([A-Za-z0-9+/=]{1,2000})$/.exec(line) ?? [];
  if (rid === undefined || name === undefined) return [];
  const username = Buffer.from(name, 'base64').toString('utf8');
  return [{ username, rid: Number(rid), administrator: administrator === '1' }];
}

/** A program of ours writes a line or a list; more is a host that floods us. */
const mostOutput = 4 * 1024 * 1024;

/** Runs the script with an order. Gives back its lines, without their mark. `changes`: from the order on, no answer means not knowing. */
async function run(remote: Remote, order: WinrmOrder, changes: boolean): Promise<readonly string[]> {
  const { line, target, shellId, timeoutMs } = remote;
  line.within(timeoutMs);
  let commandId: string;
  try {
    const started = await line.post(startCommand(target, shellId, program, programArguments));
    commandId = commandIdOf(must(started));
  } catch (error) {
    throw beforeChange(error);
  }
  try {
    must(await line.post(sendInput(target, shellId, commandId, Buffer.from(orderLine(order), 'latin1'))));
    const lines = (await output(remote, commandId)).split(/\r?\n/).flatMap(marked);
    if (lines.includes('blocked'))
      throw new WindowsError(0, 'the host does not let PowerShell call Windows: the script could not start');
    return lines;
  } catch (error) {
    if (error instanceof WindowsError) throw changes ? error : new Unreachable(error.message);
    throw changes ? new Cut('no answer came to the change') : beforeChange(error);
  }
}

const marked = (line: string): string[] =>
  line.startsWith(`${answerMark} `) ? [line.slice(answerMark.length + 1).trimEnd()] : [];

async function output({ line, target, shellId }: Remote, commandId: string): Promise<string> {
  let text = '';
  for (;;) {
    const reply = await line.post(receiveOutput(target, shellId, commandId));
    if (reply.status !== 200 && isTimedOut(reply.body)) continue;
    const part = received(must(reply));
    text += part.output;
    if (text.length > mostOutput) throw new Malformed('the host writes too much');
    if (part.done) return text;
  }
}
