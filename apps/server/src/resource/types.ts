import type { Attribute } from '@strongroom/contract';
import { Problem } from '../platform/problem.ts';

/** A kind of resource the product comes with. Neither edited nor deleted by anybody. */
export interface BuiltInType {
  /** As the reference product's API spells it; stored. */
  readonly name: string;
  readonly category: string;
  readonly attributes: readonly Attribute[];
  readonly accountLabel: string;
  /** The driver that verifies and resets; null while the product has none. */
  readonly driver: string | null;
}

const host: readonly Attribute[] = ['dnsName', 'url', 'description', 'department', 'location'];
const windows: readonly Attribute[] = ['dnsName', 'domain', 'url', 'description', 'department', 'location'];
const store: readonly Attribute[] = ['url', 'description', 'department', 'location'];
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
});

const systems = 'Operating systems';
const network = 'Network devices';
const databases = 'Databases';
const cloud = 'Cloud services';
const files = 'Files, keys and licences';
const others = 'Others';

export const builtInTypes: readonly BuiltInType[] = [
  type(systems, 'Windows', null, windows),
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

const byName = new Map(builtInTypes.map((t) => [t.name.toLowerCase(), t]));

/** The type of this name, in any case. Throws `input-invalid` for one that does not exist. */
export function typeNamed(name: string): BuiltInType {
  const found = byName.get(name.toLowerCase());
  if (!found) throw new Problem('input-invalid', { errors: [{ path: 'type', message: 'is not a resource type' }] });
  return found;
}

/** What the drivers ask of a resource's settings. rotation/ knows the drivers and gives this in. */
export interface DriverCatalogue {
  /** JSON Schema of a driver's settings, or null for a driver that is not here. */
  schemaOf(driver: string): unknown;
  /** The settings in full, defaults filled in. Throws `settings-invalid` with a line for each fault. */
  parse(driver: string, settings: unknown): Record<string, unknown>;
  /** What a password for this driver's targets cannot be. */
  limitsOf(driver: string): { maxLength: number; forbidden: string } | undefined;
}
