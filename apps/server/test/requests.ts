import {
  approveRequest,
  checkIn,
  checkOut,
  configureReset,
  controlAccount,
  createResource,
  readAccount,
  requestAccount,
  revealAccount,
  shareResource,
  type AccessRequest,
  type ControlInput,
} from '@strongroom/contract';
import { lookAfter } from '../src/checkout/index.ts';
import type { Targets } from './targets.ts';
import type { Person, World } from './world.ts';

/** A password with a control over it, and what people do about it, in few words. */
export interface Desk {
  readonly accountId: never;
  readonly resourceId: never;
  readonly host: string;
  control(change?: Partial<ControlInput> | null): Promise<unknown>;
  ask(who: Person, more?: { startsAt?: string; endsAt?: string; ticket?: string }): Promise<AccessRequest>;
  approve(who: Person, request: { id: string }, more?: { comment?: string; token?: string }): Promise<AccessRequest>;
  checkOut(who: Person): Promise<AccessRequest>;
  checkIn(who: Person): Promise<AccessRequest>;
  reveal(who: Person): Promise<string>;
  access(who: Person): Promise<{ state: string; can: string[]; holder: string | null } | null>;
  /** Lets time go by for everything about this password. */
  elapse(minutes: number): Promise<void>;
  /** What the rounds of the server do. */
  look(thorough?: boolean): Promise<void>;
}

let made = 0;

/** A Linux host of `owner`, shared with everybody in `shared` to view, and its one account under control of `approvers`. */
export async function desk(
  w: World,
  owner: Person,
  {
    shared,
    approvers,
    targets,
    ...control
  }: { shared: readonly Person[]; approvers: readonly Person[]; targets?: Targets } & Partial<ControlInput>,
): Promise<Desk> {
  const host = `controlled-${++made}.example`;
  const actor = await owner.actor();
  const { id: resourceId } = await w.invoke(createResource, actor, {
    name: host,
    dnsName: host,
    type: 'Linux',
    accounts: [{ username: 'root', password: 'First-word-1' }],
  });
  if (targets) {
    await w.invoke(configureReset, actor, {
      resourceId,
      reset: { settings: {}, adminAccountId: null, elevationAccountId: null },
    });
    targets.at(host).passwords.set('root', 'First-word-1');
  }
  if (shared.length > 0)
    await w.invoke(shareResource, actor, {
      resourceId,
      set: shared.map((one) => ({ to: { kind: 'user' as const, id: one.id }, permission: 'view' as const })) as never,
    });
  const [row] = await w.sql<{ id: string }>(`select id from strongroom.account where resource_id = $1`, [resourceId]);
  const accountId = row?.id as never;
  const input = { approverIds: approvers.map((one) => one.id) as never, ...control };
  const self: Desk = {
    accountId,
    resourceId: resourceId as never,
    host,
    control: async (change = {}) =>
      w.invoke(controlAccount, actor, { accountId, control: change === null ? null : { ...input, ...change } }),
    ask: async (who, more = {}) =>
      w.invoke(requestAccount, await who.actor(), { accountId, reason: 'disk is full', ...more }),
    approve: async (who, request, more = {}) =>
      w.invoke(approveRequest, await who.actor(), { requestId: request.id as never, ...more }),
    checkOut: async (who) => w.invoke(checkOut, await who.actor(), { accountId }),
    checkIn: async (who) => w.invoke(checkIn, await who.actor(), { accountId }),
    reveal: async (who) => (await w.invoke(revealAccount, await who.actor(), { accountId })).password,
    access: async (who) => (await w.invoke(readAccount, await who.actor(), { accountId })).access,
    async elapse(minutes) {
      const by = `${minutes} minutes`;
      const columns = [
        'created_at',
        'starts_at',
        'ends_at',
        'void_at',
        'use_by',
        'turn_until',
        'approved_at',
        'checked_out_at',
        'due_at',
        'ended_at',
        'reset_next_at',
      ];
      await w.sql(
        `update strongroom.access_request set ${columns.map((c) => `${c} = ${c} - $2::interval`).join(', ')} where account_id = $1`,
        [accountId, by],
      );
      await w.sql(
        `update strongroom.lease set began_at = began_at - $2::interval, until = until - $2::interval, ended_at = ended_at - $2::interval where account_id = $1`,
        [accountId, by],
      );
    },
    look: (thorough = false) =>
      lookAfter(
        { database: w.database, perform: w.perform, publicUrl: () => 'https://vault.example' },
        [w.organisationId],
        thorough,
        (error) => {
          throw error;
        },
      ),
  };
  await self.control();
  return self;
}
