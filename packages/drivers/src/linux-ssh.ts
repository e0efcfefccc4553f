import { controlCharacters, discoverBy, unixDriver } from '@strongroom/driver-kit';

/**
 * Linux, and other systems with chpasswd(8), over SSH or Telnet.
 * Root, sudo and su give `name:password` to chpasswd on its input; an account that changes its own uses passwd(1).
 * Source: chpasswd(8) and passwd(1), shadow-utils 4.13; su(1), util-linux 2.38; sudo(8) 1.9.
 */
export const linuxSsh = unixDriver({
  type: 'linux-ssh',
  title: 'Linux',
  // Longest: PAM_MAX_RESP_SIZE is 512 bytes (pam_appl.h), and 128 UTF-16 units are 384 bytes of UTF-8 at most.
  // Forbidden: a line break would start another account's line of chpasswd, and a terminal acts on the others.
  limits: { maxLength: 128, forbidden: controlCharacters },
  prompts: {
    su: 'Password',
    // pam_unix said "(current) UNIX password:" and "Enter new UNIX password:" before Linux-PAM 1.3.1.
    current: 'Current password | (current) UNIX password | Old password',
    next: 'New password | new UNIX password',
    again: 'Retype | Re-enter | again',
  },
  passwd: 'passwd',
  // In full, because root's path by su or without a login shell may lack /usr/sbin, and sudoers(5) names it so.
  chpasswd: '/usr/sbin/chpasswd',
  authorisedKeys: true,
  discover: discoverBy('getent passwd'),
});
