import { controlCharacters, discoverBy, unixDriver } from '@strongroom/driver-kit';

/**
 * VMware ESXi over SSH, with its SSH service switched on. Its sshd asks by keyboard-interactive.
 * Only passwd on a terminal: `esxcli system account set` takes the password as an argument, for all to see in ps.
 * There is no sudo; su is the only way to become root.
 * pam_passwdqc judges the password, root's too, and offers one of its own, which is not taken.
 * Source: Broadcom knowledge base 318960; ESXi Passwords and Account Lockout, vSphere Security 8.0; pam_passwdqc(8).
 */
export const esxiSsh = unixDriver({
  type: 'esxi-ssh',
  title: 'VMware ESXi',
  // pam_passwdqc refuses more than 40, its `max`.
  limits: { maxLength: 39, forbidden: controlCharacters, asciiOnly: true },
  prompts: {
    su: 'Password',
    current: 'current password | (current) UNIX password',
    next: 'new password | new UNIX password',
    again: 'Re-type | Retype',
  },
  elevations: ['none', 'su'],
  protocols: ['SSH'],
  passwd: 'passwd',
  discover: discoverBy('cat /etc/passwd'),
});
