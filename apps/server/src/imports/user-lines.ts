import { createUser, type ImportMapping, type ImportOptions } from '@strongroom/contract';
import type { Row } from '@strongroom/tabular';
import { sql } from 'kysely';
import type { Facts, Grant } from '../authorise/index.ts';
import { addUser } from '../identity/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { cellsOf, given, parsed, skip, skipFor, unreadable, type Planned, type Step } from './line.ts';
import type { Change } from './report.ts';

const profileKeys = ['fullName', 'email', 'department', 'location', 'phone', 'mobile', 'language', 'timeZone'] as const;
const shape = createUser.input.pick({
  username: true,
  fullName: true,
  email: true,
  department: true,
  location: true,
  phone: true,
  mobile: true,
  language: true,
  timeZone: true,
});

/** A person to be invited. */
export interface NewPerson {
  readonly username: string;
  readonly fullName: string;
  readonly email: string;
  readonly department: string;
  readonly location: string;
  readonly phone: string;
  readonly mobile: string;
  readonly language: string;
  readonly timeZone: string;
  readonly role: string;
}

export interface UserImport {
  readonly mapping: ImportMapping;
  readonly options: ImportOptions;
}

const builtIn: Readonly<Record<string, string>> = {
  'administrator': 'administrator',
  'privileged administrator': 'privileged-administrator',
  'password administrator': 'password-administrator',
  'password user': 'password-user',
  'password auditor': 'password-auditor',
}; // prettier-ignore

interface There {
  key: string;
  asked: string;
  id: string | null;
  kind: string;
  role: string;
  customRoleId: string | null;
  fullName: string;
  email: string;
  department: string;
  location: string;
  phone: string;
  mobile: string;
  language: string;
  timeZone: string;
}

/** Decides what is to be done for each row of users; `seen` holds the folded names of the lines before. A constant number of statements. */
export async function planUsers(
  db: OrganisationDb,
  { mapping, options }: UserImport,
  seen: Set<string>,
  rows: readonly Row[],
): Promise<Planned<NewPerson>[]> {
  const cells = rows.map((row) => cellsOf(row, mapping));
  const found =
    await sql<There>`select lower(x.n) as key, x.n as asked, u.id, u.kind, u.role, u.custom_role_id, u.full_name, u.email, u.department,
      u.location, u.phone, u.mobile, u.language, u.time_zone
    from unnest(${[...new Set(cells.map((one) => one.get('username')))]}::text[]) as x(n) left join app_user u on lower(u.username) = lower(x.n)`.execute(
      db,
    );
  const there = new Map(found.rows.map((row) => [row.asked, row]));
  const roles = await db.selectFrom('customRole').select(['id', 'name']).execute();
  const own = new Map(roles.map((role) => [role.name.toLowerCase(), role.id]));
  const roleOf = (text: string): string => {
    const plain = text.toLowerCase().replace(/[-_ ]+/g, ' ');
    const role = builtIn[plain] ?? own.get(text.toLowerCase()) ?? roles.find((one) => one.id === text)?.id;
    if (role === undefined) throw new Problem('input-invalid', { errors: [{ path: 'role', message: 'is no role' }] });
    return role;
  };
  return rows.map((row, i): Planned<NewPerson> => {
    const one = cells[i] ?? cellsOf(row, mapping);
    const name = one.get('username').slice(0, 80);
    const bad = unreadable(row, name);
    if (bad) return bad;
    try {
      if (name === '')
        throw new Problem('input-invalid', { errors: [{ path: '', message: 'The user name is missing.' }] });
      const values = given(one, profileKeys);
      const role = one.get('role');
      const known = there.get(one.get('username'));
      const key = known?.key ?? name.toLowerCase();
      if (seen.has(key)) return skip(row.line, name, 'twice', 'The file has this user before.');
      const note =
        one.get('secondFactor') === '' ? undefined : 'The second factor was not set: the product has none yet.';
      if (known?.id) {
        if (!options.overwrite)
          return skip(row.line, name, 'exists', 'A user of this name is there already. Overwriting is off.');
        if (known.kind !== 'person') return skip(row.line, name, 'name-taken', 'An API user has this name.');
        seen.add(key);
        const steps = changesOf(known, values, role === '' ? undefined : roleOf(role));
        return { line: row.line, name, is: 'merge', objectId: known.id, steps, ...(note && { detail: note }) };
      }
      const person = parsed(shape, { ...values, username: name, fullName: values.fullName ?? name });
      const make = { ...person, role: roleOf(role === '' ? options.role : role) };
      seen.add(key);
      return { line: row.line, name, is: 'create', make, steps: [], ...(note && { detail: note }) };
    } catch (error) {
      return skipFor(row.line, name, error);
    }
  });
}

function changesOf(known: There, values: Partial<Record<(typeof profileKeys)[number], string>>, role?: string): Step[] {
  const changes: Record<string, string> = Object.fromEntries(
    Object.entries(values).filter(([key, value]) => known[key as (typeof profileKeys)[number]] !== value),
  );
  if (role !== undefined && role !== (known.customRoleId ?? known.role)) changes['role'] = role;
  if (Object.keys(changes).length === 0 || known.id === null) return [];
  return [{ call: 'user.update', objectId: known.id, input: { userId: known.id, ...changes } }];
}

/** Adds a person who has yet to follow a set-up link. Throws what `addUser` throws. */
export async function addPerson(
  grant: Grant<'import.apply'>,
  facts: Facts,
  line: number,
  make: NewPerson,
): Promise<Change> {
  const id = await addUser(grant, { ...make, kind: 'person', superAdministrator: false, state: 'invited' }, facts);
  grant.each({ kind: 'user', id, name: make.username }, { line });
  return { kind: 'user', objectId: id };
}
