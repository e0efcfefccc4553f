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
  type(systems, 'Windows Domain', 'windows-domain', windows),
  type(systems, 'Linux', 'linux-ssh'),
  type(systems, 'Mac', 'macos-ssh'),
  type(systems, 'Solaris', 'solaris-ssh'),
  type(systems, 'HP UNIX', 'hpux-ssh'),
  type(systems, 'IBM AIX', 'aix-ssh'),
  type(network, 'Cisco IOS', 'cisco-ios'),
  type(network, 'Cisco CatOS', 'cisco-catos'),
  type(network, 'Cisco PIX', 'cisco-pix'),
  type(network, 'HP ProCurve', 'hp-procurve'),
  type(network, 'Juniper NetScreen', 'juniper-netscreen'),
  type(network, 'Juniper JunOS', 'juniper-junos'),
  type(network, 'HP iLO', 'hp-ilo'),
  type(network, 'Generic SSH Device'),
  type(databases, 'MS SQL Server', 'mssql', windows, 'Log-in name'),
  type(databases, 'MySQL Server', 'mysql', host, 'Log-in name'),
  type(databases, 'Oracle DB Server', 'oracle', host, 'Log-in name'),
  type(databases, 'Sybase ASE', 'sybase', host, 'Log-in name'),
  type(databases, 'PostgreSQL', 'postgres', host, 'Role'),
  type(databases, 'MongoDB', 'mongodb', host, 'Log-in name'),
  type(databases, 'Redis', 'redis', host, 'ACL user'),
  type(files, 'File Store', null, store, 'Name'),
  type(files, 'Key Store', null, store, 'Name'),
  type(files, 'License Store', null, store, 'Name'),
  type(cloud, 'AWS IAM', 'aws-iam', store, 'IAM user'),
  type(cloud, 'Microsoft Azure', 'microsoft-entra', store, 'User principal name'),
  type(cloud, 'Google Apps', 'google-workspace', store, 'Account'),
  type(cloud, 'Rackspace', 'rackspace', store, 'User name'),
  type(cloud, 'Kubernetes', null, host, 'Service account or user'),
  type(others, 'LDAP Server', 'ldap', host, 'Distinguished name'),
  type(others, 'VMware ESXi', 'esxi-ssh'),
  type(others, 'Oracle ALOM', 'oracle-alom'),
  type(others, 'Oracle ILOM', 'oracle-ilom'),
  type(others, 'Oracle XSCF', 'oracle-xscf'),
  type(others, 'IBM AS400'),
  type(others, 'Website Accounts', null, store, 'Log-in name'),
];
