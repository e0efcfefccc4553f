import type { KeyChange, Reset } from './driver.ts';
import { lineAsRoot, plainName } from './elevate.ts';
import { complaint, type UnixContext } from './unix-context.ts';

/** A public key as it may stand in a line: nothing in it means anything to a shell or to a basic regular expression. */
const publicKey = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]{40,2000}={0,2}$/;
const comment = /^[A-Za-z0-9._:@-]{1,100}$/;
/** A terminal hands on lines of up to 4,095 bytes (termios(3), canonical mode), and su is asked over one. */
const longestLine = 4000;

/**
 * The program that changes one account's list, in one line for sh. It runs as the account itself, so that whatever the account
 * made of its directory leads nowhere that it could not go by itself. The list is made anew beside the old one and put in its place by
 * one rename(2); other lines stay as they are, and so does a list that has nothing to change.
 */
function program(username: string, { add, remove, comment: whose }: KeyChange): string {
  const base64 = (key: string): string => key.split(' ')[1] ?? '';
  // A comment line opens nothing. Whatever options stand before the key, the key is the key.
  const holding = (key: string): string => `-e "^[[:blank:]]*[^#[:blank:]].*${base64(key)}"`;
  const gone = remove.map(holding).join(' ');
  return [
    'set -f',
    'umask 077',
    'no() { echo "$1" >&2; exit 3; }',
    `h=$(getent passwd ${username} 2>/dev/null | cut -d: -f6)`,
    `[ -n "$h" ] || h=~${username}`,
    'cd "$h" 2>/dev/null || no "the account has no home directory"',
    '[ -d .ssh ] || mkdir .ssh || no "the account cannot make .ssh"',
    // Others who may write there could put in keys of their own; sshd(8) ignores such a list (StrictModes).
    'chmod go-w .ssh || no ".ssh belongs to somebody else"',
    'f=.ssh/authorized_keys',
    '[ ! -L $f ] || no "authorized_keys is a link"',
    // Two who change it at once would each lose what the other did.
    'exec 9<.ssh',
    'if command -v flock >/dev/null 2>&1; then flock -w 10 9 || no "somebody else is at authorized_keys"; fi',
    't=$(mktemp .ssh/.strongroom.XXXXXX) || no "the account cannot write to .ssh"',
    'trap "rm -f $t" EXIT',
    // grep ends an unfinished last line, too. It says 1 where nothing is left.
    `if [ -e $f ]; then grep ${gone === '' ? '""' : `-v ${gone}`} $f > $t; [ $? -le 1 ] || no "authorized_keys cannot be read"; fi`,
    ...add.map((key) => `grep -q ${holding(key)} $t || echo "${key} ${whose}" >> $t || no "there is no room"`),
    'if cmp -s $t $f; then chmod go-w $f; exit 0; fi',
    'chmod 600 $t && mv -f $t $f || no "authorized_keys cannot be replaced"',
  ].join('; ');
}

/** Why this cannot be asked of any host, or undefined. To be looked at before authoriseKeys. */
export function cannotAuthorise(username: string, change: KeyChange): string | undefined {
  if (!plainName(username)) return 'this account name cannot be passed on';
  const fits = [...change.add, ...change.remove].every((key) => publicKey.test(key)) && comment.test(change.comment);
  return fits ? undefined : 'this key cannot be passed on';
}

/**
 * Changes which keys open an account, in its own authorized_keys: as the account itself, or as root by the settings' elevation.
 * `done` when the list is as asked. Source: sshd(8) "AUTHORIZED_KEYS FILE FORMAT", su(1) of util-linux 2.38.
 */
export async function authoriseKeys(context: UnixContext, username: string, change: KeyChange): Promise<Reset> {
  const refused = (why: string): Reset => ({ is: 'refused', why });
  const own = program(username, change);
  if (context.admin.username === username) {
    const { code, stdout, stderr } = await context.shell.run('sh', `${own}\n`);
    return code === 0 ? { is: 'done' } : refused(complaint(stderr || stdout));
  }
  const line = username === 'root' ? own : `exec su -s /bin/sh ${username} -c '${own}'`;
  if (line.length > longestLine) return refused('this is too much for one change');
  return lineAsRoot(context, 'sh', line);
}
