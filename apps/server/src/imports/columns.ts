import type { ImportKind, ImportMapping } from '@strongroom/contract';
import { guessMapping, type MappedField } from '@strongroom/tabular';
import type { DriverCatalogue, FieldRow } from '../resource/index.ts';
import { resetColumns } from './resource-reset.ts';

/** What people call each column; the names of the reference product's exports are among them. */
const names: Readonly<Record<ImportKind, readonly MappedField[]>> = {
  resource: [
    { key: 'resourceName', names: ['Resource Name', 'Resource', 'Host', 'Hostname', 'Server', 'Machine', 'Title'] },
    {
      key: 'username',
      names: ['User Account', 'Account Name', 'Account', 'User Name', 'Login', 'Log-in name', 'User'],
    },
    { key: 'password', names: ['Password', 'Passwd', 'Secret'] },
    { key: 'type', names: ['Resource Type', 'Type', 'OS', 'Platform'] },
    { key: 'dnsName', names: ['DNS Name', 'DNS', 'FQDN', 'IP Address', 'Address', 'DNS Name or IP address'] },
    { key: 'description', names: ['Resource Description', 'Description'] },
    { key: 'department', names: ['Department', 'Team'] },
    { key: 'location', names: ['Location', 'Site'] },
    { key: 'domain', names: ['Domain Name', 'Domain'] },
    { key: 'url', names: ['Resource URL', 'URL', 'Web site', 'Link'] },
    { key: 'policy', names: ['Password Policy', 'Resource Policy', 'Policy'] },
    { key: 'notes', names: ['Notes', 'Account Notes', 'Comment', 'Comments'] },
    { key: 'accountPolicy', names: ['Account Password Policy', 'Account Policy'] },
    { key: 'tags', names: ['Tags', 'Labels'] },
    { key: 'groups', names: ['Resource Groups', 'Groups', 'Resource Group', 'Group'] },
  ],
  user: [
    { key: 'username', names: ['User Name', 'Login Name', 'Log-in name', 'Login', 'User', 'Account'] },
    { key: 'fullName', names: ['Full Name', 'Name', 'Display Name'] },
    { key: 'email', names: ['E-mail', 'Mail', 'Email Address', 'E-mail ID'] },
    { key: 'role', names: ['Role', 'Access Level', 'User Role'] },
    { key: 'department', names: ['Department', 'Team'] },
    { key: 'location', names: ['Location', 'Site', 'Office'] },
    { key: 'phone', names: ['Phone', 'Telephone'] },
    { key: 'mobile', names: ['Mobile', 'Cell', 'Mobile Phone'] },
    { key: 'language', names: ['Language', 'Locale'] },
    { key: 'timeZone', names: ['Time Zone', 'TZ'] },
    { key: 'secondFactor', names: ['Second Factor', 'Two Factor', 'TFA', 'MFA', 'Two-factor authentication'] },
  ],
};

/** The key of a column that holds a field of the organisation's own. */
const keyOfField = (field: Pick<FieldRow, 'belongsTo' | 'id'>): string => `${field.belongsTo}-field:${field.id}`;

/** Everything a column of such a file may hold: what every organisation has, its own fields, of which a file is none, and reset settings. */
export const columnsFor = (
  kind: ImportKind,
  fields: readonly FieldRow[],
  catalogue: DriverCatalogue,
): MappedField[] => [
  ...names[kind],
  ...(kind === 'resource' ? fields.filter((field) => field.kind !== 'file') : []).map((field) => ({
    key: keyOfField(field),
    names: [field.name],
  })),
  ...(kind === 'resource' ? resetColumns(catalogue) : []),
];

/** Which column seems to be which, from their names. */
export const guess = (
  kind: ImportKind,
  header: readonly string[],
  fields: readonly FieldRow[],
  catalogue: DriverCatalogue,
): ImportMapping => guessMapping(header, columnsFor(kind, fields, catalogue));

/** The columns whose cells are secrets, by a mapping. */
export const secretColumnsOf = (mapping: ImportMapping, fields: readonly FieldRow[]): Set<number> => {
  const keys = ['password', ...fields.filter((field) => field.kind === 'password').map(keyOfField)];
  return new Set(keys.flatMap((key) => mapping[key] ?? []));
};
