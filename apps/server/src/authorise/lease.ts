import { sql } from 'kysely';

/** Of the table lease as `l`: whoever has a password out has it until its time is over, whether or not that was written down. */
export const leaseHolds = sql<boolean>`l.ended_at is null and (l.until is null or l.until > now())`;
