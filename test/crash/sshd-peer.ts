import { passwords, type Fleet } from '../lab/fleet.ts';
import type { Peer } from '../peers/peer.ts';

// crypt(3) itself says whether a password fits what shadow(5) holds; it comes on stdin, so no process list shows it.
const compare = `my $p = do { local $/; <STDIN> }; my $h = (getpwnam("alice"))[1]; exit(crypt($p, $h) eq $h ? 0 : 1)`;

/** One host of the fleet with its user alice, who changes her own password by passwd(1). */
export function fleetPeer(fleet: Fleet, index: number): Peer {
  const at = fleet.hosts[index - 1];
  if (at === undefined) throw new Error('the fleet is too small');
  return {
    host: at.host,
    settings: { port: at.port },
    trusted: [],
    admin: undefined,
    accounts: () => Promise.resolve([{ username: 'alice', password: passwords.alice }]),
    async isPassword(_username, password) {
      const { code, stderr } = await fleet.execWith(password, index, 'perl', '-e', compare);
      if (code > 1) throw new Error(`perl failed: ${stderr}`);
      return code === 0;
    },
    async failures(username) {
      return (await fleet.log(index)).split(`Failed password for ${username} `).length - 1;
    },
    cutAfterSetting: () => {
      throw new Error('the relay before it cuts');
    },
    stop: () => Promise.resolve(),
  };
}
