import { z } from 'zod';
import { ResourceGroupId, TagValueId, UserId } from './ids.ts';

/** One value or several of a query string: `?tag=A&tag=B` comes as a list, `?tag=A` does not. */
const some = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1).max(20)]);

/** `FIELD_ID=text`: the field of one's own holds exactly that text, in any case. */
const FieldFilter = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}=.{1,500}$/, 'must be FIELD_ID=text');

/** What resources are narrowed by, in the list of resources and in that of accounts. All of it must hold. */
export const resourceFilters = {
  type: z.string().max(80).optional(),
  ownerId: UserId.optional(),
  /** Exactly this text, in any case. */
  department: z.string().max(120).optional(),
  location: z.string().max(120).optional(),
  /** Members of this resource group, if the asker sees the group; none otherwise. */
  groupId: ResourceGroupId.optional(),
  /** Bears this tag value; of several, each. */
  tag: some(TagValueId).optional(),
  /** A field of the organisation's own has this value, as `FIELD_ID=text`; of several, each. */
  field: some(FieldFilter).optional(),
};
