import { controlCharacters, discoverBy, unixDriver } from '@strongroom/driver-kit';

/**
 * IBM AIX over SSH or Telnet. Root, sudo and su use AIX's own chpasswd; an account that changes its own uses passwd.
 * `-c` clears the ADMCHG flag, which chpasswd would set and which makes the account change its password at the next log-in.
 * Passwords are 7-bit; with the standard crypt only the first eight characters count (/etc/security/login.cfg,
 * pwd_algorithm).
 * Source: chpasswd, passwd, pwdadm and su commands, AIX 7.2 Commands Reference.
 */
export const aixSsh = unixDriver({
  type: 'aix-ssh',
  title: 'AIX',
  // 255 with a loadable password algorithm; no prompt or line buffer on the way is shorter than 128.
  limits: { maxLength: 128, forbidden: controlCharacters, asciiOnly: true },
  prompts: {
    // "root's Password:", "ana's Old password:", "ana's New password:", "Enter the new password again:".
    su: 'Password',
    current: 'Old password',
    next: 'New password',
    again: 'again',
  },
  passwd: 'passwd',
  chpasswd: '/usr/bin/chpasswd -c',
  discover: discoverBy('cat /etc/passwd'),
});
