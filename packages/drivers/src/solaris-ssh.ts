import { controlCharacters, discoverBy, unixDriver } from '@strongroom/driver-kit';

/**
 * Oracle Solaris and illumos over SSH or Telnet. There is no chpasswd, so root too answers passwd(1).
 * `-r files` keeps passwd on the local account where nsswitch.conf also names a directory.
 * With CRYPT_DEFAULT=__unix__ (policy.conf(4), old hosts) only the first eight characters of a password count.
 * Source: passwd(1), su(1M), policy.conf(4), Oracle Solaris 10 and 11.
 */
export const solarisSsh = unixDriver({
  type: 'solaris-ssh',
  title: 'Solaris',
  // PASS_MAX of getpassphrase(3C) is 257 including the end; older getpass(3C) users are not met on the way.
  limits: { maxLength: 80, forbidden: controlCharacters, asciiOnly: true },
  prompts: {
    su: 'Password',
    // "Enter login password:" up to 9, "Enter existing login password:" since.
    current: 'login password | Old password',
    next: 'New password',
    again: 'Re-enter',
  },
  passwd: 'passwd -r files',
  discover: discoverBy('getent passwd'),
});
