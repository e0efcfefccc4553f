/**
 * Real Telnet servers for tests: the hosts of a fleet answer inetutils-telnetd as well, which starts their own login(1).
 * Needs the Debian packages inetutils-telnetd and inetutils-inetd beside those of the fleet; all ends with the fleet.
 */
import { connect } from 'node:net';
import type { Fleet } from './fleet.ts';

/** Where the hosts of a fleet answer Telnet. */
export const telnetPort = 2323;

/** Starts telnetd on host `index` of a fleet, with options of its own if given, and waits until it answers. */
export async function serveTelnet(fleet: Fleet, index: number): Promise<void> {
  const host = fleet.hosts[index - 1]?.host ?? '';
  // -a off: no Kerberos; -h: no banner before the log-in. login's delay after a wrong password is taken out.
  const line = `${host}:${String(telnetPort)} stream tcp nowait root /usr/sbin/telnetd telnetd -a off -h\n`;
  await fleet.execWith(line, index, 'tee', '/etc/inetd-lab.conf');
  await fleet.exec(index, 'sed', '-i', '/pam_faildelay/d;/pam_motd/d;/pam_mail/d', '/etc/pam.d/login');
  // -R: how often a minute it may start the server before it takes that for a fault.
  const { code, stderr } = await fleet.exec(
    index,
    ...['/usr/sbin/inetutils-inetd', '-R', '100000', '-p', '/run/inetd.pid', '/etc/inetd-lab.conf'],
  );
  if (code !== 0) throw new Error(`inetd did not start: ${stderr}`);
  const late = Date.now() + 5000;
  while (!(await answers(host))) if (Date.now() > late) throw new Error('telnetd does not answer');
}

function answers(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(telnetPort, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
