import type { MappedField } from '@strongroom/tabular';
import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../platform/problem.ts';
import {
  driversOfTypes,
  parseReset,
  requireAdmin,
  type DriverCatalogue,
  type KnownType,
  type ResetToSet,
} from '../resource/index.ts';
import type { Step } from './line.ts';
import type { ResourceThere } from './resource-known.ts';

/** The columns of the accounts that a resource's reset settings name, by the key behind `reset.`. */
const accountColumns = {
  adminUsername: ['Reset sign-in account', 'Reset log in with account', 'Reset admin account'],
  elevationUsername: ['Reset elevation account', 'Reset root account'],
} as const;
type AccountColumn = keyof typeof accountColumns;
const isAccountColumn = (path: string): path is AccountColumn => Object.hasOwn(accountColumns, path);

/** One setting of a driver, as its schema has it. */
interface Setting {
  readonly title: string;
  readonly kind: 'number' | 'flag' | 'choice' | 'text';
  readonly options: readonly string[];
  readonly whole: boolean;
  readonly least: number | undefined;
  readonly most: number | undefined;
  readonly longest: number | undefined;
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const figure = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The settings of a JSON Schema by their paths; groups are walked into. */
function settingsIn(schema: unknown, above = ''): [string, Setting][] {
  return Object.entries(record(record(schema)['properties'])).flatMap(([key, value]): [string, Setting][] => {
    const one = record(value);
    const path = above + key;
    if (one['type'] === 'object') return settingsIn(one, `${path}.`);
    const options = Array.isArray(one['enum']) ? one['enum'].filter((text) => typeof text === 'string') : [];
    const title = typeof one['title'] === 'string' ? one['title'] : path;
    const kind =
      options.length > 0
        ? 'choice'
        : one['type'] === 'integer' || one['type'] === 'number'
          ? 'number'
          : one['type'] === 'boolean'
            ? 'flag'
            : 'text';
    const [least, most] = [figure(one['minimum']), figure(one['maximum'])];
    const longest = figure(one['maxLength']);
    return [[path, { title, kind, options, whole: one['type'] === 'integer', least, most, longest }]];
  });
}

/** Schemas are long to make and never change. */
const known = new WeakMap<DriverCatalogue, Map<string, ReadonlyMap<string, Setting>>>();
function settingsOf(catalogue: DriverCatalogue, driver: string): ReadonlyMap<string, Setting> {
  const drivers = known.get(catalogue) ?? new Map<string, ReadonlyMap<string, Setting>>();
  known.set(catalogue, drivers);
  const settings = drivers.get(driver) ?? new Map(settingsIn(catalogue.schemaOf(driver)));
  drivers.set(driver, settings);
  return settings;
}

/**
 * The columns that reset settings may stand in, of all drivers: `reset.` and the path of the setting. By themselves they are
 * found only under names that say reset: a column ‘Port’ may be of anything, and must not make a host one that is logged in to.
 */
export function resetColumns(catalogue: DriverCatalogue): MappedField[] {
  const titles = new Map<string, Set<string>>();
  for (const driver of driversOfTypes)
    for (const [path, { title }] of settingsOf(catalogue, driver))
      titles.set(path, (titles.get(path) ?? new Set()).add(`Reset ${title}`));
  return [
    ...[...titles].map(([path, names]) => ({ key: `reset.${path}`, names: [...names] })),
    ...Object.entries(accountColumns).map(([path, names]) => ({ key: `reset.${path}`, names })),
  ];
}

/** What the cells of a line say of how its resource is logged in to: as much as is written there. */
interface ResetGiven {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly adminUsername: string | null;
  readonly elevationUsername: string | null;
}

const fault = (message: string): Problem => new Problem('input-invalid', { errors: [{ path: '', message }] });
const yes: ReadonlySet<string> = new Set(['true', 'yes', 'on', '1']);
const no: ReadonlySet<string> = new Set(['false', 'no', 'off', '0']);

/** A cell as the kind of its setting asks. Throws `input-invalid`, without the cell's text. */
function valueOf({ title, kind, options, whole, least, most, longest }: Setting, cell: string): unknown {
  const folded = cell.toLowerCase();
  switch (kind) {
    case 'choice': {
      const option = options.find((one) => one.toLowerCase() === folded);
      if (option === undefined) throw fault(`The reset setting ‘${title}’ must be one of: ${options.join(', ')}.`);
      return option;
    }
    case 'flag':
      if (!yes.has(folded) && !no.has(folded)) throw fault(`The reset setting ‘${title}’ must be yes or no.`);
      return yes.has(folded);
    case 'number': {
      const number = Number(cell);
      const good = (whole ? /^-?\d+$/ : /^-?\d+(\.\d+)?$/).test(cell);
      if (good && number >= (least ?? -Infinity) && number <= (most ?? Infinity)) return number;
      const range = least !== undefined && most !== undefined ? ` from ${String(least)} to ${String(most)}` : '';
      throw fault(`The reset setting ‘${title}’ must be a ${whole ? 'whole ' : ''}number${range}.`);
    }
    case 'text':
      if (cell.length > (longest ?? Infinity))
        throw fault(`The reset setting ‘${title}’ must have at most ${String(longest)} characters.`);
      return cell;
  }
}

/**
 * Reads the cells of reset settings by the schema of the type's driver. Throws `input-invalid` for a setting that the type
 * has not, and for a value that is not of its kind.
 */
function readReset(catalogue: DriverCatalogue, type: KnownType, cells: Readonly<Record<string, string>>): ResetGiven {
  if (type.driver === null) throw fault(`The product cannot reset passwords of the type ${type.name} yet.`);
  const settings = settingsOf(catalogue, type.driver);
  const values: Record<string, unknown> = {};
  const accounts: Record<AccountColumn, string | null> = { adminUsername: null, elevationUsername: null };
  for (const [path, cell] of Object.entries(cells)) {
    if (isAccountColumn(path)) {
      accounts[path] = cell;
      continue;
    }
    const setting = settings.get(path);
    if (!setting) throw fault(`The type ${type.name} has no reset setting ‘${path}’: leave its cell empty.`);
    put(values, path.split('.'), valueOf(setting, cell));
  }
  return { settings: values, ...accounts };
}

/** Puts a value under a path whose names are a schema's own. */
function put(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const group = { ...record(into[key]) };
  put(group, rest, value);
  into[key] = group;
}

/** Settings with others over them: a group keeps what is not given. */
const over = (
  base: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> => ({
  ...base,
  ...Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key,
      typeof value === 'object' && value !== null ? over(record(base[key]), record(value)) : value,
    ]),
  ),
});

/**
 * The settings in full, by the driver: what is given over what is there. `admin` says that an account that logs in is named.
 * Throws `input-invalid` with a sentence for each fault.
 */
function fullReset(
  catalogue: DriverCatalogue,
  type: KnownType,
  there: Readonly<Record<string, unknown>> | null,
  given: ResetGiven,
  admin: boolean,
): Record<string, unknown> {
  try {
    const settings = parseReset(catalogue, type.driver, over(there ?? {}, given.settings));
    requireAdmin(settings, admin ? 'named' : null);
    return settings;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const titles = type.driver === null ? undefined : settingsOf(catalogue, type.driver);
    const errors = (error.errors ?? []).map(({ path, message }) => {
      const own = path.replace(/^settings\./, '');
      const words =
        path === 'adminAccountId'
          ? 'Another account logs in: name it in the column of the sign-in account.'
          : own === ''
            ? message
            : `The reset setting ‘${titles?.get(own)?.title ?? own}’: ${message}`;
      return { path: '', message: words };
    });
    throw new Problem('input-invalid', { errors, cause: error });
  }
}

/** The reset settings of a resource that is new, by the first of its lines that has some. Throws `input-invalid`. */
export function newReset(
  catalogue: DriverCatalogue,
  type: KnownType,
  resourceId: string,
  cells: Readonly<Record<string, string>>,
  isThere: (username: string) => boolean,
): ResetToSet {
  const given = readReset(catalogue, type, cells);
  const { adminUsername, elevationUsername } = given;
  const settings = fullReset(catalogue, type, null, given, adminUsername !== null);
  if (![adminUsername, elevationUsername].every((name) => name === null || isThere(name)))
    throw fault('An account that its reset settings name must be on this line, or on a line before it.');
  return { resourceId, settings, adminUsername, elevationUsername };
}

/** The call that gives a resource that is there the reset settings of a line; undefined where it has them. Throws `input-invalid`. */
export function resetStep(
  catalogue: DriverCatalogue,
  type: KnownType,
  there: ResourceThere,
  formerDriver: string | null,
  cells: Readonly<Record<string, string>>,
  idOf: (username: string) => string | undefined,
): Step | undefined {
  const given = readReset(catalogue, type, cells);
  const [adminId, elevationId] = [given.adminUsername, given.elevationUsername].map((name) => {
    if (name === null) return null;
    const id = idOf(name);
    if (id === undefined) throw fault('An account that its reset settings name must be on the resource already.');
    return id;
  });
  // Settings of another driver mean nothing to the new one, and switch off with the type.
  const kept = type.driver === formerDriver ? there.reset : null;
  const adminAccountId = adminId ?? there.adminAccountId;
  const elevationAccountId = elevationId ?? there.elevationAccountId;
  const settings = fullReset(catalogue, type, kept, given, adminAccountId !== null);
  const same =
    isDeepStrictEqual(settings, kept) &&
    adminAccountId === there.adminAccountId &&
    elevationAccountId === there.elevationAccountId;
  if (same) return undefined;
  return {
    call: 'resource.configure-reset',
    objectId: there.id,
    input: { resourceId: there.id, reset: { settings, adminAccountId, elevationAccountId } },
  };
}
