import { z } from 'zod';
import { call, Empty, Instant, Line } from './call.ts';
import { GroupKind } from './group.ts';
import { ExplorerNodeId, ResourceGroupId, UserId } from './ids.ts';

/** One place in a tree. */
export const ExplorerNode = z
  .object({
    /** A group's id in an owner's tree; a node's in the organisation's. */
    id: z.union([ExplorerNodeId, ResourceGroupId]),
    parentId: z.union([ExplorerNodeId, ResourceGroupId]).nullable(),
    name: z.string(),
    /** The group it stands for; null when it stands for none, or for one that is not shared. */
    groupId: ResourceGroupId.nullable(),
    /** Null without a group. */
    kind: GroupKind.nullable(),
    /** How many resources of the group the asker may see. */
    members: z.int(),
    /** Nothing of it is shared with the asker, or it holds nothing. */
    empty: z.boolean(),
    /** What the asker may do to the group. */
    can: z.array(z.string()),
  })
  .meta({ id: 'ExplorerNode' });
export type ExplorerNode = z.infer<typeof ExplorerNode>;
/** The trees that somebody sees, and the nodes of one of them in order: each after its parent, siblings together. */
export const Explorer = z
  .object({
    /** `owners`: a tree for each owner. `organisation`: one for everybody. */
    mode: z.enum(['owners', 'organisation']),
    /** What the organisation's tree was changed to last; 0 before its first change and in the mode `owners`. */
    version: z.int(),
    mayArrange: z.boolean(),
    /** Whether making static groups is offered beside groups by criteria. */
    staticGroupsOffered: z.boolean(),
    /** Roots, the asker's own first. Of the organisation's tree there is one, without an owner. */
    roots: z.array(
      z.object({
        ownerId: UserId.nullable(),
        ownerName: z.string(),
        name: z.string(),
        own: z.boolean(),
        groups: z.int(),
      }),
    ),
    /** Whose nodes follow; null for the organisation's. */
    ownerId: UserId.nullable(),
    nodes: z.array(ExplorerNode),
  })
  .meta({ id: 'Explorer' });
export type Explorer = z.infer<typeof Explorer>;
export const readExplorer = call({
  name: 'explorer.read',
  method: 'GET',
  path: '/explorer',
  scope: 'read',
  summary: 'The trees of resource groups one may see, with the nodes of one.',
  input: z.object({
    /** Whose tree; left out, one's own. Has no meaning where there is one tree for everybody. */
    ownerId: UserId.optional(),
  }),
  reply: Explorer,
});
export const renameExplorerRoot = call({
  name: 'explorer.rename-root',
  method: 'PUT',
  path: '/explorer/root',
  scope: 'manage',
  summary: 'Names the root of one’s own tree; empty for what it was called at first.',
  input: z.object({ name: Line(120) }),
  reply: Empty,
});

const nodeId = ExplorerNodeId;
const place = {
  /** The node it hangs below; null at the top. */
  parentId: nodeId.nullable().default(null),
  /** Before which of its new siblings, counted from 0; left out, behind the last. */
  position: z.int().min(0).max(100_000).optional(),
};
/** One step in arranging the organisation's tree. */
export const ExplorerStep = z.discriminatedUnion('op', [
  z.object({ op: z.literal('create'), name: Line(120).min(1), ...place }),
  /** Stands a group there, under its own name unless another is given. */
  z.object({ op: z.literal('place'), groupId: ResourceGroupId, name: Line(120).min(1).optional(), ...place }),
  z.object({ op: z.literal('rename'), nodeId, name: Line(120).min(1) }),
  z.object({ op: z.literal('move'), nodeId, ...place }),
  /** Takes the node away with those below it. Groups and resources stay. */
  z.object({ op: z.literal('delete'), nodeId }),
]);
export type ExplorerStep = z.infer<typeof ExplorerStep>;
export const changeExplorer = call({
  name: 'explorer.change',
  method: 'POST',
  path: '/explorer/changes',
  scope: 'manage',
  summary: 'Arranges the organisation’s tree, all steps or none.',
  input: z.object({
    /** The version the steps were thought of for; another is refused. */
    version: z.int().min(0),
    steps: z.array(ExplorerStep).min(1).max(200),
  }),
  reply: Explorer,
});
export const ExplorerChange = z
  .object({
    version: z.int(),
    at: Instant,
    by: z.string(),
    /** In words. */
    what: z.string(),
    nodes: z.int(),
  })
  .meta({ id: 'ExplorerChange' });
export type ExplorerChange = z.infer<typeof ExplorerChange>;
export const readExplorerHistory = call({
  name: 'explorer.history',
  method: 'GET',
  path: '/explorer/changes',
  scope: 'read',
  summary: 'The changes of the organisation’s tree, the last first; a thousand are kept.',
  input: z.object({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    offset: z.coerce.number().int().min(0).max(1000).default(0),
  }),
  reply: z.object({ items: z.array(ExplorerChange), total: z.int() }),
});
export const revertExplorer = call({
  name: 'explorer.revert',
  method: 'POST',
  path: '/explorer/revert',
  scope: 'manage',
  summary: 'Brings back a former state of the organisation’s tree, as a new change.',
  input: z.object({
    /** The version that stands now; another is refused. */
    version: z.int().min(0),
    /** The version to bring back; 0 for the empty tree it began with. */
    to: z.int().min(0).max(2_147_483_647),
  }),
  reply: Explorer,
});
