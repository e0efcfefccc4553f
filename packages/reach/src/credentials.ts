import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware, Prompt } from 'ssh2';
import { MustChange, Rejected, Unreachable, type Login } from '@strongroom/driver-kit';

/** One attempt to sign in. */
export interface SignIn {
  /** For ssh2: asked each time the server wants something. */
  readonly handler: AuthHandlerMiddleware;
  /** True once a credential was sent. */
  sent(): boolean;
}

type Way = Extract<AuthenticationType, 'publickey' | 'password' | 'keyboard-interactive'>;

const asksPassword = /passw|pass ?phrase|kennwort|mot de passe|contrase/i;
const asksFactor = /one-?time|\botp\b|token|\bcode\b/i;
// What PAM stacks ask of one whose password ran out, after they took it: pam_unix(8), Solaris and AIX likewise.
// The gaps have an end: a host writes what it likes, and a pattern must not go over it once for each word.
const wantsNew = /(?:current|old|new|retype|re-?enter|existing)\b[^\n]{0,80}password|password[^\n]{0,80}expired/i;

/**
 * Decides what to send in answer to the methods a server still wants (RFC 4252), so that one sign-in is one attempt:
 * a server that takes both `password` and `keyboard-interactive` puts both before the same PAM stack, where a wrong
 * password sent twice counts twice towards locking the account.
 * `before` runs once the host has proved its key and before anything is sent; `giveUp` is called with Rejected,
 * MustChange or Unreachable when there is nothing left to send.
 */
export function signIn(login: Login, before: () => Promise<void>, giveUp: (why: unknown) => void): SignIn {
  const left = new Set<Way>();
  if (login.privateKey !== undefined) left.add('publickey');
  if (login.password !== undefined) left.add('password').add('keyboard-interactive');
  let asked = false;
  let sent = false;

  const take = (way: Way): void => {
    left.delete(way);
    if (way === 'publickey') return;
    left.delete('password');
    left.delete('keyboard-interactive');
  };

  /** Answers the questions of RFC 4256: one question for a password, once. */
  const answer = (given: boolean, text: string, prompts: Prompt[]): string[] | undefined => {
    const [first] = prompts;
    const question = first?.prompt ?? '';
    if (given) {
      giveUp(
        wantsNew.test(`${text}\n${question}`)
          ? new MustChange('the target wants the password changed')
          : new Unreachable('the target asks for more than a password'),
      );
      return undefined;
    }
    const fitting = prompts.length === 1 && asksPassword.test(question) && !asksFactor.test(question);
    if (!fitting || login.password === undefined) {
      giveUp(new Unreachable('the target asks for something other than a password'));
      return undefined;
    }
    sent = true;
    return [login.password.expose()];
  };

  const method = (way: Way): AnyAuthMethod => {
    const { username } = login;
    switch (way) {
      case 'publickey':
        sent = true;
        return {
          type: 'publickey',
          username,
          key: login.privateKey?.expose() ?? '',
          ...(login.passphrase === undefined ? {} : { passphrase: login.passphrase.expose() }),
        };
      case 'password':
        sent = true;
        return { type: 'password', username, password: login.password?.expose() ?? '' };
      case 'keyboard-interactive': {
        let given = false;
        return {
          type: 'keyboard-interactive',
          username,
          prompt: (_name, instructions, _language, prompts, finish) => {
            const answers = answer(given, instructions, prompts);
            given = true;
            if (answers !== undefined) finish(answers);
          },
        };
      }
    }
  };

  return {
    sent: () => sent,
    handler: (wanted, partial, next) => {
      if (!asked) {
        asked = true;
        // `none` asks what the server wants, as OpenSSH's client does, and is no attempt (RFC 4252 section 5.2).
        before().then(() => {
          next({ type: 'none', username: login.username });
        }, giveUp);
        return;
      }
      if (sent && !partial) {
        giveUp(new Rejected('the target rejected the log-in'));
        return;
      }
      const way = [...left].find((one) => wanted.includes(one));
      if (way === undefined) {
        giveUp(
          new Unreachable(sent ? 'the target wants another factor' : 'the target does not take this kind of log-in'),
        );
        return;
      }
      take(way);
      next(method(way));
    },
  };
}
