import { controlCharacters, discoverBy, unixDriver } from '@strongroom/driver-kit';

/**
 * HP-UX over SSH or Telnet. There is no chpasswd, so root too answers passwd(1), and on a trusted system root is asked for the old
 * password as well. `-r files` keeps passwd on the local account.
 * Source: passwd(1), su(1), termio(7), security(4), HP-UX 11i v2 and v3 Reference.
 */
export const hpuxSsh = unixDriver({
  type: 'hpux-ssh',
  title: 'HP-UX',
  // On a standard system only the first eight characters count; a trusted system takes 80.
  // # and @ erase a character and the line where the terminal kept its defaults (termio(7)), and \ protects them.
  limits: { maxLength: 80, forbidden: `${controlCharacters}#@\\`, asciiOnly: true },
  prompts: {
    su: 'Password',
    current: 'Old password',
    next: 'New password',
    again: 'Re-enter',
  },
  passwd: 'passwd -r files',
  discover: discoverBy('cat /etc/passwd'),
});
