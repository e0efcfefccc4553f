import { controlCharacters, unixDriver, type Found, type Shell } from '@strongroom/driver-kit';

/**
 * macOS over SSH or Telnet. Always passwd(1) on a terminal: dscl and sysadminctl can take the password only as an argument, where
 * every user of the machine could read it with ps. Root has no password by default, so the usual way to root is sudo.
 * The log-in keychain keeps its old password when an administrator sets the new one.
 * Source: passwd(1), dscl(1), su(1), macOS 14.
 */
export const macosSsh = unixDriver({
  type: 'macos-ssh',
  title: 'macOS',
  // _PASSWORD_LEN is 128 including the end (pwd.h).
  limits: { maxLength: 127, forbidden: controlCharacters, asciiOnly: true },
  prompts: {
    su: 'Password',
    current: 'Old password',
    next: 'New password',
    again: 'Retype',
  },
  passwd: 'passwd',
  discover,
});

/** Reads `dscl . -list /Users UniqueID`: name and user id in columns. Local accounts are not in /etc/passwd. */
async function discover(shell: Shell): Promise<Found[]> {
  const { stdout } = await shell.run('dscl . -list /Users UniqueID');
  return stdout.split('\n').flatMap((line) => {
    const [, username, uid] = /^(\S+)\s+(-?\d+)\s*$/.exec(line) ?? [];
    return username === undefined ? [] : [{ username, privileged: Number(uid) === 0 }];
  });
}
