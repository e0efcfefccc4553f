import { Compliance, type TagValueId } from '@strongroom/contract';

/** The filters that stand in the address of a list beside its own, each as text. */
export const moreFields = ['compliance', 'expiry', 'department', 'location', 'tag', 'field'] as const;
export type MoreField = (typeof moreFields)[number];
export type MoreState = Readonly<Partial<Record<MoreField, string>>>;

/** What expires within so many days is worth a look: as the dashboard counts. */
const soonDays = 14;
/** The expiries one may ask for. */
export const expiries = ['expired', 'soon'] as const;

const idShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const fieldShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}=.{1,500}$/;

/** Values of fields as they stand in the address: `ID=text`, each escaped, with a comma between. */
export const fieldsOf = (text: string | undefined): string[] =>
  (text ?? '').split(',').flatMap((part) => {
    try {
      const field = decodeURIComponent(part);
      return fieldShape.test(field) ? [field] : [];
    } catch {
      return [];
    }
  });
export const fieldsText = (fields: readonly string[]): string | undefined =>
  fields.length === 0 ? undefined : fields.map(encodeURIComponent).join(',');

/** What the address says as the list's call takes it. What is no id was typed into the address by hand, and is left out. */
export function moreFilter({ compliance, expiry, department, location, tag, field }: MoreState): {
  compliance?: Compliance;
  expired?: boolean;
  expiresWithin?: number;
  department?: string;
  location?: string;
  tag?: TagValueId;
  field?: string[];
} {
  const fields = fieldsOf(field);
  const known = Compliance.options.find((one) => one === compliance);
  return {
    ...(known ? { compliance: known } : {}),
    ...(expiry === 'expired' ? { expired: true } : {}),
    ...(expiry === 'soon' ? { expiresWithin: soonDays } : {}),
    ...(department ? { department } : {}),
    ...(location ? { location } : {}),
    ...(tag && idShape.test(tag) ? { tag: tag as TagValueId } : {}),
    ...(fields.length > 0 ? { field: fields } : {}),
  };
}

/** How many of them are set. */
export const moreActive = (state: MoreState): number =>
  [state.compliance, state.expiry, state.department, state.location, state.tag].filter(Boolean).length +
  fieldsOf(state.field).length;

/** Takes all of them away. */
export const noMore: Readonly<Record<MoreField, undefined>> = {
  compliance: undefined,
  expiry: undefined,
  department: undefined,
  location: undefined,
  tag: undefined,
  field: undefined,
};
