import type { Attribute } from '@strongroom/contract';
import type { Script } from '@strongroom/driver-kit';
import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { builtInTypes, type BuiltInType } from './built-in-types.ts';

/** A type that resources may have: one that the product comes with, or one of the organisation's own. */
export interface KnownType extends BuiltInType {
  /** Null for a built-in one. */
  readonly id: string | null;
  /** The built-in type whose way of resetting an own one takes. */
  readonly resetsLike: string | null;
  /** The dialogue of one’s own in which passwords of the type are set. */
  readonly script: Script | null;
  readonly icon: string | null;
  readonly version: number;
}

/** Every driver that a type can have. */
export const driversOfTypes: readonly string[] = [
  ...new Set([...builtInTypes.flatMap(({ driver }) => driver ?? []), 'own-script']),
];

const ownCategory = 'Own types';
const builtIns = new Map(
  builtInTypes.map((type): [string, KnownType] => [
    type.name.toLowerCase(),
    { ...type, id: null, resetsLike: null, script: null, icon: null, version: 1 },
  ]),
);

/** The built-in type of this name, in any case; undefined when there is none. */
export const builtInType = (name: string): KnownType | undefined => builtIns.get(name.toLowerCase());

/** The driver of an own type: that of its dialogue, or of the built-in type whose way it takes. */
export const driverOf = (resetsLike: string | null, script: unknown): string | null => {
  if (script !== null) return 'own-script';
  return resetsLike === null ? null : (builtInType(resetsLike)?.driver ?? null);
};

interface OwnTypeRow {
  id: string;
  name: string;
  attributes: Attribute[];
  accountLabel: string;
  resetsLike: string | null;
  script: Script | null;
  holdsFiles: boolean;
  icon: string | null;
  version: number;
}
const knownType = (row: OwnTypeRow): KnownType => ({
  ...row,
  category: ownCategory,
  driver: driverOf(row.resetsLike, row.script),
});
const columns = sql`t.id, t.name, t.attributes, t.account_label, t.resets_like, t.script, t.holds_files, t.version,
  (select left(encode(sha256(i.png), 'hex'), 16) from resource_type_icon i where i.type_id = t.id) as icon`;

/** The organisation's own types, by name. */
export async function readOwnTypes(db: OrganisationDb): Promise<KnownType[]> {
  const { rows } = await sql<OwnTypeRow>`select ${columns} from resource_type t order by lower(t.name)`.execute(db);
  return rows.map(knownType);
}

/** Every type there is, to be asked by name in any case: for a page of resources, in one statement. */
export async function readTypes(db: OrganisationDb): Promise<(name: string) => KnownType | undefined> {
  const own = new Map((await readOwnTypes(db)).map((type) => [type.name.toLowerCase(), type]));
  return (name) => builtInType(name) ?? own.get(name.toLowerCase());
}

/**
 * The type of this name, in any case. Throws `input-invalid` for one that does not exist. One of the organisation's own is
 * held until the transaction ends: no resource gets a type that is renamed or deleted meanwhile.
 */
export async function typeNamed(db: OrganisationDb, name: string): Promise<KnownType> {
  const builtIn = builtInType(name);
  if (builtIn) return builtIn;
  const { rows } =
    await sql<OwnTypeRow>`select ${columns} from resource_type t where lower(t.name) = lower(${name}) for share of t`.execute(
      db,
    );
  const row = rows[0];
  if (!row) throw new Problem('input-invalid', { errors: [{ path: 'type', message: 'is not a resource type' }] });
  return knownType(row);
}

/** What the drivers ask of a resource's settings. rotation/ knows the drivers and gives this in. */
export interface DriverCatalogue {
  /** JSON Schema of a driver's settings, or null for a driver that is not here. */
  schemaOf(driver: string): unknown;
  /** The settings in full, defaults filled in. Throws `settings-invalid` with a line for each fault. */
  parse(driver: string, settings: unknown): Record<string, unknown>;
  /** What a password for this driver's targets cannot be. */
  limitsOf(driver: string, script: Script | null): { maxLength: number; forbidden: string } | undefined;
}
