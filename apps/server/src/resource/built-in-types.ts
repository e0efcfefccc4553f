import type { Attribute } from '@strongroom/contract';

/** A kind of resource the product comes with. Neither edited nor deleted by anybody. */
export interface BuiltInType {
  /** As the reference product's API spells it; stored. */
  readonly name: string;
  readonly category: string;
  readonly attributes: readonly Attribute[];
  readonly accountLabel: string;
  /** The driver that verifies and resets; null while the product has none. */
  readonly driver: string | null;
  /** Its accounts hold files instead of passwords. */
  readonly holdsFiles: boolean;
}

const host: readonly Attribute[] = ['dnsName', 'url', 'description', 'department', 'location'];
const windows: readonly Attribute[] = ['dnsName', 'domain', 'url', 'description', 'department', 'location'];
const store: readonly Attribute[] = ['url', 'description', 'department', 'location'];
const systems = 'Operating systems';
const network = 'Network devices';
const databases = 'Databases';
const cloud = 'Cloud services';
const files = 'Files, keys and licences';
const others = 'Others';

const type = (
  category: string,
  name: string,
  driver: string | null = null,
  attributes = host,
  accountLabel = 'User account',
): BuiltInType => ({
  name,
  category,
  attributes,
  accountLabel,
  driver,
  holdsFiles: category === files,
});

/** Every type of the reference product, and those that it lacks. */
export const builtInTypes: readonly BuiltInType[] = [
  type(systems, 'Windows', 'windows-local', windows),
  type(systems, 'Windows Domain', null, windows),
  type(systems, 'Linux', 'linux-ssh'),
  type(systems, 'Mac', 'macos-ssh'),
  type(systems, 'Solaris', 'solaris-ssh'),
  type(systems, 'HP UNIX', 'hpux-ssh'),
  type(systems, 'IBM AIX', 'aix-ssh'),
  type(network, 'Cisco IOS'),
  type(network, 'Cisco CatOS'),
  type(network, 'Cisco PIX'),
  type(network, 'HP ProCurve'),
  type(network, 'Juniper NetScreen'),
  type(network, 'HP iLO'),
  type(network, 'Generic SSH Device'),
  type(databases, 'MS SQL Server', null, windows, 'Log-in name'),
  type(databases, 'MySQL Server', null, host, 'Log-in name'),
  type(databases, 'Oracle DB Server', null, host, 'Log-in name'),
  type(databases, 'Sybase ASE', null, host, 'Log-in name'),
  type(databases, 'PostgreSQL', null, host, 'Role'),
  type(databases, 'MongoDB', null, host, 'Log-in name'),
  type(databases, 'Redis', null, host, 'ACL user'),
  type(files, 'File Store', null, store, 'Name'),
  type(files, 'Key Store', null, store, 'Name'),
  type(files, 'License Store', null, store, 'Name'),
  type(cloud, 'AWS IAM', null, store, 'IAM user'),
  type(cloud, 'Microsoft Azure', null, store, 'User principal name'),
  type(cloud, 'Google Apps', null, store, 'Account'),
  type(cloud, 'Rackspace', null, store, 'User name'),
  type(cloud, 'Kubernetes', null, host, 'Service account or user'),
  type(others, 'LDAP Server', null, host, 'Distinguished name'),
  type(others, 'VMware ESXi', 'esxi-ssh'),
  type(others, 'Oracle ALOM'),
  type(others, 'Oracle ILOM'),
  type(others, 'Oracle XSCF'),
  type(others, 'IBM AS400'),
  type(others, 'Website Accounts', null, store, 'Log-in name'),
];
