import type { Step } from './line.ts';
import type { DriverCatalogue } from '../resource/index.ts';
import type { AccountThere, ResourceThere, Terms } from './resource-known.ts';
import { resetStep } from './resource-reset.ts';

/** What a line of resources says, checked. */
export interface Wanted {
  readonly line: number;
  readonly resource: {
    readonly name: string;
    readonly type: string;
    readonly dnsName: string;
    readonly description: string;
    readonly department: string;
    readonly location: string;
    readonly domain: string;
    readonly url: string;
  };
  /** What of the resource its cells give; the empty ones change nothing. */
  readonly given: Readonly<Record<string, string>>;
  readonly policyId: string | null;
  readonly account: { readonly username: string; readonly password?: string | undefined; readonly notes: string };
  readonly notesGiven: boolean;
  readonly accountPolicyId: string | null;
  readonly resourceFields: Readonly<Record<string, string>>;
  readonly accountFields: Readonly<Record<string, string>>;
  /** The cells of reset settings that are not empty; undefined for none. */
  readonly reset: Readonly<Record<string, string>> | undefined;
  readonly tags: readonly string[];
  readonly groups: readonly string[];
}

/** What merging needs beside the line and what is there. */
interface MergeHelp {
  readonly catalogue: DriverCatalogue;
  /** The account of this log-in name on the resource, where the line names it. */
  idOf(username: string): string | undefined;
}

/**
 * The calls that make what is there as the line says; none where it is so already. The password first, because it is
 * likeliest to be refused. Password fields are left: their former values could not be brought back.
 */
export function mergeSteps(
  wanted: Wanted,
  resource: ResourceThere,
  terms: Terms,
  { catalogue, idOf }: MergeHelp,
  account?: AccountThere,
): { steps: Step[]; detail?: string } {
  const steps: Step[] = [];
  const left = new Set<string>();
  const fieldChanges = (
    kind: 'resource' | 'account',
    values: Readonly<Record<string, string>>,
    there: Readonly<Record<string, string>>,
  ): Record<string, string> | undefined => {
    const open = Object.entries(values).filter(([id]) => !terms.secretFields.has(id));
    if (open.length < Object.keys(values).length) left.add('Password fields were left as they are.');
    const { plain } = terms.readers[kind](Object.fromEntries(open), { path: 'field', creating: false });
    const changed = Object.entries(plain).filter((entry): entry is [string, string] => {
      const [id, value] = entry;
      return value !== null && there[id] !== value;
    });
    return changed.length > 0 ? Object.fromEntries(changed) : undefined;
  };
  if (account) {
    const { password } = wanted.account;
    if (password !== undefined)
      steps.push({
        call: 'account.change-password',
        objectId: account.id,
        input: { accountId: account.id, password, where: 'local' },
      });
    const fields = fieldChanges('account', wanted.accountFields, account.fields);
    const changes = {
      ...(wanted.notesGiven && wanted.account.notes !== account.notes ? { notes: wanted.account.notes } : {}),
      ...(wanted.accountPolicyId !== null && wanted.accountPolicyId !== account.policyId
        ? { policyId: wanted.accountPolicyId }
        : {}),
      ...(fields ? { fields } : {}),
    };
    if (Object.keys(changes).length > 0)
      steps.push({ call: 'account.update', objectId: account.id, input: { accountId: account.id, ...changes } });
  }
  const fields = fieldChanges('resource', wanted.resourceFields, resource.fields);
  const values = Object.entries(wanted.given).filter(([key, value]) =>
    key === 'type' ? terms.types(value)?.name !== resource.type : resource.values[key] !== value,
  );
  if (values.length > 0 || fields)
    steps.push({
      call: 'resource.update',
      objectId: resource.id,
      input: { resourceId: resource.id, ...Object.fromEntries(values), ...(fields ? { fields } : {}) },
    });
  const former = terms.types(resource.type);
  const type = wanted.given['type'] === undefined ? former : terms.types(wanted.given['type']);
  if (wanted.reset && type) {
    const step = resetStep(catalogue, type, resource, former?.driver ?? null, wanted.reset, idOf);
    if (step) steps.push(step);
  }
  if (wanted.tags.length > 0)
    steps.push({ call: 'resource.tag', objectId: resource.id, input: { resourceId: resource.id, add: wanted.tags } });
  for (const name of wanted.groups) {
    const group = terms.group(name);
    if (!group) left.add('A group of its line is not there: only new resources make one.');
    else
      steps.push({
        call: 'resource-group.change-members',
        objectId: resource.id,
        input: { groupId: group.id, add: [resource.id] },
      });
  }
  return { steps, ...(left.size > 0 ? { detail: [...left].join(' ') } : {}) };
}
