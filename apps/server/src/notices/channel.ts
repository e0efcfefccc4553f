import type { NoticeEvent } from '@strongroom/contract';
import type { OrganisationDb } from '../platform/db.ts';

/** An account that a notice tells of. */
export interface ToldAccount {
  readonly id: string;
  readonly name: string;
  readonly resourceId: string;
}

/** What one recipient is told: once for everything that one action did. */
export interface Notice {
  readonly event: NoticeEvent;
  readonly at: Date;
  /** Who did it, and why; null where nobody did, as when time passed. */
  readonly by: { readonly name: string; readonly reason: string | null; readonly ticket: string | null } | null;
  /** The first of them; `count` says how many there are. */
  readonly accounts: readonly ToldAccount[];
  readonly count: number;
  readonly to: {
    readonly address: string;
    /** The user it is for, who is told only while they see the account; null for an address that was written down. */
    readonly userId: string | null;
    readonly timeZone: string;
  };
}

/** A way for notices to go out. Mail is one; traps and system logs can be others. */
export interface NoticeChannel {
  readonly name: string;
  /** Hands the notices over in the transaction that has read of them: they go out exactly when it commits. */
  tell(db: OrganisationDb, notices: readonly Notice[]): Promise<void>;
}
