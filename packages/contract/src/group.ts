import { z } from 'zod';
import { call, Empty, Flag, Instant, largestNumber, Line, listInput, listReply } from './call.ts';
import { FieldId, PolicyId, ResourceGroupId, ResourceId, UserId } from './ids.ts';
import { Hold } from './resource.ts';

/** `static`: a person names the members. `criteria`: they follow from what resources are like. */
export const GroupKind = z.enum(['static', 'criteria']);
export type GroupKind = z.infer<typeof GroupKind>;
/** Whether a resource must meet every criterion or one is enough. */
export const Match = z.enum(['all', 'any']);
export type Match = z.infer<typeof Match>;
export const CriterionField = z.enum([
  'name',
  'type',
  'dns-name',
  'description',
  'department',
  'location',
  'domain',
  'account',
  'tag',
  'resource-field',
  'account-field',
]);
export type CriterionField = z.infer<typeof CriterionField>;
export const CriterionOperator = z.enum(['contains', 'not-contains', 'equals', 'not-equals', 'starts', 'ends']);
export type CriterionOperator = z.infer<typeof CriterionOperator>;

const ofField = (field: string): boolean => field === 'resource-field' || field === 'account-field';
/**
 * One thing that is asked of a resource; letters count the same in either case. A tag is held against `name=value`.
 * Of several accounts or tags one that fits is enough; for a `not` operator none may fit. `fieldId` names the field of
 * one's own for `resource-field` and `account-field`, and is null for every other.
 */
export const Criterion = z
  .object({
    field: CriterionField,
    fieldId: FieldId.nullable().default(null),
    operator: CriterionOperator,
    value: Line(255),
  })
  .refine(({ field, fieldId }) => ofField(field) === (fieldId !== null), {
    path: ['fieldId'],
    message: 'must name the field for resource-field and account-field, and be null for every other',
  })
  .refine(({ operator, value }) => value !== '' || operator === 'equals' || operator === 'not-equals', {
    path: ['value'],
    message: 'must not be empty: only equals and not-equals may ask for nothing',
  });
export type Criterion = z.infer<typeof Criterion>;
const criteria = z.array(Criterion).min(1).max(20);

export const ResourceGroup = z
  .object({
    id: ResourceGroupId,
    number: z.int(),
    name: z.string(),
    description: z.string(),
    kind: GroupKind,
    match: Match,
    /** What a resource must be like; null for a static group, and for whoever does not hold ‘manage’. */
    criteria: z.array(Criterion).nullable(),
    /** The policy of resources that have none of their own; null for none. */
    policyId: PolicyId.nullable(),
    ownerId: UserId,
    ownerName: z.string(),
    /** What it hangs below in its owner's tree; null at the top, and where that is not shared. */
    parentId: ResourceGroupId.nullable(),
    /** How many resources of it the asker may see. */
    members: z.int(),
    /** To how many users and user groups it is shared; null for whoever may not know. */
    shares: z.int().nullable(),
    createdAt: Instant,
    updatedAt: Instant,
    version: z.int(),
    hold: Hold,
    can: z.array(z.string()),
  })
  .meta({ id: 'ResourceGroup' });
export type ResourceGroup = z.infer<typeof ResourceGroup>;

export const listResourceGroups = call({
  name: 'resource-group.list',
  method: 'GET',
  path: '/resource-groups',
  scope: 'read',
  summary: 'Resource groups one may see.',
  input: listInput(['name', 'kind', 'ownerName', 'updatedAt', 'number']).extend({
    kind: GroupKind.optional(),
    ownerId: UserId.optional(),
    /** Only those that this resource is in. */
    resourceId: ResourceId.optional(),
    /** Whether it stands in the organisation's tree. */
    placed: Flag.optional(),
    /** Exactly this number. */
    number: z.coerce.number().int().min(0).max(largestNumber).optional(),
  }),
  reply: listReply(ResourceGroup),
});
export const readResourceGroup = call({
  name: 'resource-group.read',
  method: 'GET',
  path: '/resource-groups/:groupId',
  scope: 'read',
  summary: 'One resource group.',
  input: z.object({ groupId: ResourceGroupId }),
  reply: ResourceGroup,
});

const details = {
  name: Line(120).min(1),
  description: z.string().trim().max(2000).default(''),
  policyId: PolicyId.nullable().default(null),
};
export const createResourceGroup = call({
  name: 'resource-group.create',
  method: 'POST',
  path: '/resource-groups',
  scope: 'manage',
  summary: 'Adds a resource group: with members named one by one, or gathered by criteria.',
  input: z
    .object({
      ...details,
      kind: GroupKind.default('static'),
      parentId: ResourceGroupId.nullable().default(null),
      match: Match.default('all'),
      /** For a group by criteria; empty for a static one. */
      criteria: z.array(Criterion).max(20).default([]),
      /** For a static group: resources one holds ‘manage’ on. */
      resourceIds: z.array(ResourceId).max(10_000).default([]),
    })
    .refine((group) => (group.kind === 'criteria') === group.criteria.length > 0, {
      path: ['criteria'],
      message: 'must be given for a group by criteria, and for no other',
    })
    .refine((group) => group.kind === 'static' || group.resourceIds.length === 0, {
      path: ['resourceIds'],
      message: 'follow from the criteria',
    }),
  reply: ResourceGroup,
});
export const updateResourceGroup = call({
  name: 'resource-group.update',
  method: 'PATCH',
  path: '/resource-groups/:groupId',
  scope: 'manage',
  summary: 'Changes a group’s name, description or policy.',
  input: z.object({
    groupId: ResourceGroupId,
    version: z.int().optional(),
    name: details.name.optional(),
    description: z.string().trim().max(2000).optional(),
    policyId: PolicyId.nullable().optional(),
  }),
  reply: ResourceGroup,
});
export const changeCriteria = call({
  name: 'resource-group.change-criteria',
  method: 'PUT',
  path: '/resource-groups/:groupId/criteria',
  scope: 'manage',
  summary: 'Replaces the criteria of a group; its members follow at once.',
  input: z.object({ groupId: ResourceGroupId, version: z.int().optional(), match: Match.default('all'), criteria }),
  reply: ResourceGroup,
});
export const previewCriteria = call({
  name: 'resource-group.preview',
  method: 'POST',
  path: '/resource-groups/preview',
  scope: 'read',
  summary: 'What a group with these criteria would hold now. Nothing is stored.',
  input: z.object({
    /** For a group that stands: its owner's resources are asked instead of one's own. */
    groupId: ResourceGroupId.optional(),
    match: Match.default('all'),
    criteria,
  }),
  reply: z.object({
    total: z.int(),
    /** The first fifty by name. */
    items: z.array(z.object({ id: ResourceId, name: z.string(), type: z.string(), dnsName: z.string() })),
  }),
});
export const changeGroupMembers = call({
  name: 'resource-group.change-members',
  method: 'POST',
  path: '/resource-groups/:groupId/members',
  scope: 'manage',
  summary: 'Adds resources to a static group and takes others out, all or nothing.',
  input: z
    .object({
      groupId: ResourceGroupId,
      /** Resources one holds ‘manage’ on. */
      add: z.array(ResourceId).max(10_000).default([]),
      remove: z.array(ResourceId).max(10_000).default([]),
    })
    .refine(({ add, remove }) => !add.some((id) => remove.includes(id)), {
      path: ['remove'],
      message: 'names a resource that is also to be added',
    }),
  reply: z.object({ added: z.int(), removed: z.int() }),
});
export const GroupMember = z
  .object({
    id: ResourceId,
    name: z.string(),
    type: z.string(),
    dnsName: z.string(),
    ownerName: z.string(),
    accounts: z.int(),
    since: Instant,
  })
  .meta({ id: 'GroupMember' });
export type GroupMember = z.infer<typeof GroupMember>;
export const listGroupMembers = call({
  name: 'resource-group.members',
  method: 'GET',
  path: '/resource-groups/:groupId/members',
  scope: 'read',
  summary: 'The resources of a group that one may see.',
  input: listInput(['name', 'type', 'dnsName', 'since']).extend({ groupId: ResourceGroupId }),
  reply: listReply(GroupMember),
});
export const moveResourceGroup = call({
  name: 'resource-group.move',
  method: 'POST',
  path: '/resource-groups/:groupId/move',
  scope: 'manage',
  summary: 'Hangs a group below another of the same owner, or at the top. Nothing is inherited.',
  input: z.object({ groupId: ResourceGroupId, parentId: ResourceGroupId.nullable() }),
  reply: ResourceGroup,
});
export const deleteResourceGroup = call({
  name: 'resource-group.delete',
  method: 'DELETE',
  path: '/resource-groups/:groupId',
  scope: 'manage',
  summary: 'Deletes a group with its shares. Resources stay, and groups below it move up.',
  input: z.object({ groupId: ResourceGroupId }),
  reply: Empty,
});
