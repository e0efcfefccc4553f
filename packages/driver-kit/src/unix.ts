import { fits, type Driver, type Found, type Limits, type Reset, type Subject } from './driver.ts';
import { cannotElevate, lineAsRoot, provenBySu } from './elevate.ts';
import { resetByShell, secretsOf, verdictOf, verifyByShell } from './outcome.ts';
import { authoriseKeys, cannotAuthorise } from './authorised-keys.ts';
import { byPasswd } from './passwd.ts';
import type { Protocol } from './device-settings.ts';
import { sshSettings, type Prompts, type SshSettings } from './ssh-settings.ts';
import type { Change, UnixContext } from './unix-context.ts';
import type { Shell } from './target.ts';

/** What differs from one Unix to the next. Everything else is written once, here. */
export interface Family {
  readonly type: string;
  readonly title: string;
  readonly limits: Limits;
  readonly prompts: Prompts;
  /** Elevations the family has; all three when left out. */
  readonly elevations?: readonly SshSettings['elevation'][];
  /** How its command line is reached; SSH and Telnet when left out. */
  readonly protocols?: readonly Protocol[];
  /** Command line of passwd(1) without a name. */
  readonly passwd: string;
  /** Command line that reads `name:password` lines as root. Left out where there is none: then passwd is used. */
  readonly chpasswd?: string;
  /** Accounts are opened by keys in ~/.ssh/authorized_keys, and `su -s` is known. */
  readonly authorisedKeys?: boolean;
  /** Lists the accounts. */
  readonly discover: (shell: Shell) => Promise<Found[]>;
}

/** A driver for a Unix over SSH or Telnet, from what is particular to it. */
export function unixDriver(family: Family): Driver<SshSettings> {
  return {
    type: family.type,
    title: family.title,
    settings: sshSettings(family.prompts, family.elevations, family.protocols),
    limits: family.limits,

    async verify(target, login, via) {
      const { proveBy, prompts } = target.settings;
      if (proveBy === 'log-in' || via === undefined || login.password === undefined)
        return verifyByShell(target, login);
      try {
        return await target.shell(via, (shell) => provenBySu(shell, login, prompts.su));
      } catch (error) {
        const said = verdictOf(error);
        // It was the other account that was rejected: that says nothing about this one.
        return said === 'untrusted' ? said : 'unreachable';
      }
    },

    reset(target, admin, account, next, elevation) {
      const secrets = secretsOf(admin, elevation, account.current, next);
      const unfit = cannotCarry(family, account, next.expose());
      if (unfit !== undefined) return Promise.resolve({ is: 'refused', why: unfit });
      return resetByShell(target, { admin, for: account.username, secrets }, (shell) =>
        change(
          family,
          { shell, settings: target.settings, admin, elevation },
          {
            username: account.username,
            current: account.current ?? (admin.username === account.username ? admin.password : undefined),
            next,
          },
        ),
      );
    },

    ...(family.authorisedKeys === true
      ? {
          authorise(target, admin, account, keys, elevation) {
            const unfit = cannotAuthorise(account.username, keys);
            if (unfit !== undefined) return Promise.resolve({ is: 'refused', why: unfit });
            const context = { settings: target.settings, admin, elevation };
            return resetByShell(target, { admin, secrets: secretsOf(admin, elevation) }, async (shell) => {
              const unix = { ...context, shell };
              const blocked = admin.username === account.username ? undefined : await cannotBeRoot(unix);
              if (blocked !== undefined) return { is: 'refused', why: blocked };
              return authoriseKeys(unix, account.username, keys);
            });
          },
        }
      : {}),

    discover: (target, admin) => target.shell(admin, family.discover),
  };
}

function cannotCarry(family: Family, { username }: Subject, password: string): string | undefined {
  // A line of chpasswd(8) is name:password, so either character would set some other account's password.
  if (username === '' || /[:\s\p{Cc}]/u.test(username)) return 'this account name cannot be passed on';
  return fits(family.limits, password) ? undefined : 'the target cannot carry this password exactly';
}

async function change(family: Family, context: UnixContext, wanted: Change): Promise<Reset> {
  const { settings, admin, shell } = context;
  const blocked = cannotElevate(context);
  if (blocked !== undefined) return { is: 'refused', why: blocked };
  // Whoever is called root but is not is told so by the program that sets the password: many accounts are not worth as many questions.
  if (settings.elevation === 'none' && admin.username !== 'root' && !(await isRoot(shell))) {
    if (admin.username === wanted.username) return byPasswd(context, family.passwd, wanted, true);
    return { is: 'refused', why: 'the login account is not root: let it become root by sudo or su' };
  }
  return family.chpasswd === undefined
    ? byPasswd(context, family.passwd, wanted, false)
    : lineAsRoot(context, family.chpasswd, `${wanted.username}:${wanted.next.expose()}`);
}

/** Why the account that signs in cannot act as root, or undefined. */
async function cannotBeRoot(context: UnixContext): Promise<string | undefined> {
  if (context.settings.elevation !== 'none') return cannotElevate(context);
  return (await isRoot(context.shell)) ? undefined : 'the login account is not root: let it become root by sudo or su';
}

/** Fails, and so says no, where an expired password lets nothing but passwd run; the account's own passwd still works. */
async function isRoot(shell: Shell): Promise<boolean> {
  // A plain `id`: id -u is not in the /usr/bin/id of Solaris 10.
  const { code, stdout } = await shell.run('id');
  return code === 0 && /^uid=0\(/m.test(stdout);
}

/**
 * Reads passwd(5) lines into accounts.
 * Shape: name:x:uid:gid:gecos:home:shell, one per line; lines of another shape (comments, NIS entries) are skipped.
 * Source: passwd(5), shadow-utils 4.13. Throws nothing: an odd line is a missing account.
 */
export function readPasswd(text: string): Found[] {
  return text.split('\n').flatMap((line) => {
    const [username = '', , uid = ''] = line.split(':');
    return /^[^#+\-\s]\S*$/.test(username) && /^\d+$/.test(uid) ? [{ username, privileged: Number(uid) === 0 }] : [];
  });
}

/** Lists accounts with a command that writes passwd(5) lines. */
export function discoverBy(command: string): (shell: Shell) => Promise<Found[]> {
  return async (shell) => readPasswd((await shell.run(command)).stdout);
}
