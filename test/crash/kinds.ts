/** Every kind of target that the crash matrix rotates passwords on: the driver, its peer, and who signs in to set one. */
import type { Peer } from '../peers/peer.ts';

/** One way of one driver. */
export interface Kind {
  readonly driver: string;
  /** The resource type that people choose. */
  readonly type: string;
  /** Who sets the password: the account itself, or the peer's administrator. */
  readonly by: 'itself' | 'another';
  /** The dialogue of a type of one's own, which is made by it. */
  readonly script?: object;
  /** Over the peer's own settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `sshd`: a host of the fleet. */
  readonly peer: 'sshd' | (() => Promise<Peer>);
  /** The peer has a fixed few accounts, so that each place needs one of its own. */
  readonly few?: true;
}

const itself = { by: 'itself', settings: { loginWith: 'the account itself' } } as const;
const another = { by: 'another' } as const;
const both = [another, itself] as const;
const starter = (module: () => Promise<{ startPeer(): Promise<Peer> }>) => async () => (await module()).startPeer();

/** The same for both ways, and both on one peer. */
const ways = (
  driver: string,
  type: string,
  peer: () => Promise<Peer>,
  who: readonly Omit<Kind, 'driver' | 'type' | 'peer'>[],
) => who.map((one): Kind => ({ driver, type, peer, ...one }));

// Debian's passwd stands in for the others': the order of what is done to a Unix is theirs, the words of the questions are not.
const asDebianAsks = {
  prompts: { su: 'Password', current: 'Current password', next: 'New password', again: 'Retype' },
};
const unix = (driver: string, type: string): Kind => ({
  driver,
  type,
  peer: 'sshd',
  by: 'itself',
  settings: { ...itself.settings, ...asDebianAsks },
});

const words = (text: string) => ({ is: 'text', text });
/** By ILOM's manual, as an administrator would write it. */
const board = {
  login: { username: 'login:', password: 'password:', prompt: '->', refused: 'login incorrect' },
  steps: [
    { expect: null, send: 'set /SP/users/{{account}} password', refused: words('invalid user') },
    { expect: words('new password:'), send: '{{new}}', refused: words('must be') },
    { expect: words('again:'), send: '{{new}}', refused: words('do not match') },
  ],
  success: words('successfully set'),
  refused: words('permission denied'),
  limits: { maxLength: 16, forbidden: '' },
};

/** Every kind there is. */
export const all: readonly Kind[] = [
  unix('linux-ssh', 'Linux'),
  unix('solaris-ssh', 'Solaris'),
  unix('aix-ssh', 'IBM AIX'),
  unix('hpux-ssh', 'HP UNIX'),
  unix('macos-ssh', 'Mac'),
  unix('esxi-ssh', 'VMware ESXi'),
  ...ways(
    'cisco-ios',
    'Cisco IOS',
    starter(() => import('../peers/cisco-ios.ts')),
    [another],
  ),
  ...ways(
    'cisco-catos',
    'Cisco CatOS',
    starter(() => import('../peers/cisco-catos.ts')),
    [{ ...itself, few: true }],
  ),
  ...ways(
    'cisco-pix',
    'Cisco PIX',
    starter(() => import('../peers/cisco-pix.ts')),
    [another],
  ),
  ...ways(
    'hp-procurve',
    'HP ProCurve',
    starter(() => import('../peers/hp-procurve.ts')),
    [{ ...another, few: true }],
  ),
  ...ways(
    'hp-ilo',
    'HP iLO',
    starter(() => import('../peers/hp-ilo.ts')),
    both,
  ),
  ...ways(
    'juniper-netscreen',
    'Juniper NetScreen',
    starter(() => import('../peers/juniper-netscreen.ts')),
    [another],
  ),
  ...ways(
    'juniper-junos',
    'Juniper JunOS',
    starter(() => import('../peers/juniper-junos.ts')),
    both,
  ),
  ...ways(
    'oracle-alom',
    'Oracle ALOM',
    starter(() => import('../peers/oracle-alom.ts')),
    both,
  ),
  ...ways(
    'oracle-ilom',
    'Oracle ILOM',
    starter(() => import('../peers/oracle-ilom.ts')),
    both,
  ),
  ...ways(
    'oracle-xscf',
    'Oracle XSCF',
    starter(() => import('../peers/oracle-xscf.ts')),
    both,
  ),
  ...ways(
    'ldap',
    'LDAP Server',
    starter(() => import('../peers/ldap.ts')),
    both,
  ),
  ...ways(
    'windows-domain',
    'Windows Domain',
    starter(() => import('../peers/windows-domain.ts')),
    both,
  ),
  ...ways(
    'windows-local',
    'Windows',
    starter(() => import('../peers/windows-local.ts')),
    both,
  ),
  ...ways(
    'windows-local',
    'Windows',
    starter(() => import('../peers/winrm.ts')),
    [another],
  ),
  ...ways(
    'rackspace',
    'Rackspace',
    starter(() => import('../peers/rackspace.ts')),
    both,
  ),
  ...ways(
    'microsoft-entra',
    'Microsoft Azure',
    starter(() => import('../peers/microsoft-entra.ts')),
    [another],
  ),
  ...ways(
    'google-workspace',
    'Google Apps',
    starter(() => import('../peers/google-workspace.ts')),
    [another],
  ),
  ...ways(
    'aws-iam',
    'AWS IAM',
    starter(() => import('../peers/aws-iam.ts')),
    [another],
  ),
  ...ways(
    'mysql',
    'MySQL Server',
    starter(() => import('../peers/mysql.ts')),
    both,
  ),
  ...ways(
    'mssql',
    'MS SQL Server',
    starter(() => import('../peers/mssql.ts')),
    both,
  ),
  ...ways(
    'sybase',
    'Sybase ASE',
    starter(() => import('../peers/sybase.ts')),
    both,
  ),
  ...ways(
    'oracle',
    'Oracle DB Server',
    starter(() => import('../peers/oracle.ts')),
    both,
  ),
  ...ways(
    'postgres',
    'PostgreSQL',
    starter(() => import('../peers/postgres.ts')),
    both,
  ),
  ...ways(
    'redis',
    'Redis',
    starter(() => import('../peers/redis.ts')),
    [another],
  ),
  ...ways(
    'mongodb',
    'MongoDB',
    starter(() => import('../peers/mongodb.ts')),
    both,
  ),
  {
    ...{ driver: 'own-script', type: 'Board of our own', by: 'another', script: board },
    peer: starter(() => import('../peers/oracle-ilom.ts')),
  },
];

/** `CRASH_DRIVERS=ldap,mysql` has a look at some of them. */
const only = process.env['CRASH_DRIVERS']?.split(',');
export const kinds: readonly Kind[] = all.filter(({ driver }) => only?.includes(driver) ?? true);
