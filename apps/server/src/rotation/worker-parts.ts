import type { Perform } from '../authorise/index.ts';
import type { Vault } from '../vault/index.ts';
import type { Outpost } from './outpost.ts';

/** Told when a host offers another key than the pinned one: the alarm that reaches operators beside the trail. */
type HostKeyAlarm = (alarm: { resourceName: string; host: string; offered: string }) => void;

/** What bringing attempts on their way needs. */
export interface WorkerParts {
  readonly perform: Perform;
  readonly vault: Vault;
  readonly outpost: Outpost;
  readonly onHostKeyChanged: HostKeyAlarm;
  /** Says that this worker is still at an attempt, so that no other takes it up. */
  renewLease(organisationId: string, attemptId: string): Promise<void>;
}
