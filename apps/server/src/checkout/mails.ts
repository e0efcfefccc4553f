import { sql } from 'kysely';
import { linksBegin, queueMails, readMailServer } from '../mail/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { hashToken, newId, newToken } from '../platform/random.ts';
import type { Change, Held, NewRequest } from './desk.ts';
import { onTurn, type Asked, type Desk } from './state.ts';

type Mail = Parameters<typeof queueMails>[1][number];

/** Whom a mail goes to. */
export interface Reader {
  id: string;
  email: string;
  timeZone: string;
}
/** Users by their ids, of those that mail reaches. */
export async function readersOf(db: OrganisationDb, ids: readonly string[]): Promise<Map<string, Reader>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Reader>`select u.id, u.email, coalesce(nullif(u.time_zone, ''),
      (select value #>> '{}' from setting where name = 'timeZone'), 'UTC') as time_zone
    from app_user u where u.id = any(${[...ids]}::uuid[]) and u.state = 'active' and u.kind = 'person' and u.email <> ''`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** A moment by the reader's own clock. */
export function moment(at: number | null, { timeZone }: Reader): string {
  if (at === null) return 'it is checked in';
  try {
    return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'long', timeZone });
  } catch {
    // A zone that this release of Node.js does not know.
    return new Date(at).toISOString();
  }
}

/** A mail's paragraphs. */
export const lines = (...parts: (string | null)[]): string => `${parts.filter((part) => part !== null).join('\n\n')}\n`;

/**
 * Tells people by mail of what became of requests, in the transaction in which it did: approvers of what waits for them and of emergencies,
 * requesters of decisions and of their turn. Without a mail server nobody is told: it stands under Requests all the same.
 */
export async function tell(
  db: OrganisationDb,
  organisationId: string,
  publicUrl: () => string,
  { accountId, accountName, resourceName, control }: Held,
  after: Desk,
  changes: readonly Change[],
  about: { by: string; byId: string | null; comment?: string; added?: NewRequest },
): Promise<number> {
  if (changes.length === 0 || (await readMailServer(db)) === null) return 0;
  const name = `${accountName} on ${resourceName}`;
  const seats = control?.seats ?? [];
  const readers = await readersOf(db, [
    ...seats.map(({ by }) => by),
    ...changes.flatMap(({ after: one }) => (one.requester === null ? [] : [one.requester])),
  ]);
  const address = await linksBegin(db, publicUrl);
  const page = (id: string): string => `${address}/requests?id=${id}`;
  const mails: Mail[] = [];
  const links: { id: string; userId: string; requestId: string; hash: string }[] = [];
  /** Once to everybody who can decide: to a deputy with the names of those they stand in for, who does not do so for the requester. */
  const toApprovers = (
    one: Asked,
    say: (reader: Reader, asDeputy: string | null) => { subject: string; text: string },
  ): void => {
    const theirs = seats.filter(({ by, place }) => by !== one.requester && place !== one.requester);
    for (const id of new Set(theirs.map(({ by }) => by))) {
      const reader = readers.get(id);
      const places = theirs.filter(({ by }) => by === id);
      const asDeputy = places.some(({ place }) => place === id)
        ? null
        : `You are asked as deputy of ${places.map(({ placeName }) => placeName).join(' and ')}.`;
      if (reader) mails.push({ to: reader.email, about: 'access', ...say(reader, asDeputy) });
    }
  };
  for (const { before, after: one } of changes) {
    const { added, by } = about;
    if (before === undefined && added?.id === one.id) {
      const facts = [`Reason: ${added.reason}`, ...(added.ticket === null ? [] : [`Ticket: ${added.ticket}`])].join(
        '\n',
      );
      if (one.kind === 'emergency')
        toApprovers(one, (_, asDeputy) => ({
          subject: `EMERGENCY: ${by} opened ${name}`,
          text: lines(
            `${by} checked out ${name} without approval, as an emergency.`,
            facts,
            'You approve access to this password. Look at what is done with it; you can check it in for them at any time. One approver must review it afterwards.',
            asDeputy,
            page(one.id),
          ),
        }));
      else if (one.state === 'waiting')
        toApprovers(one, (reader, asDeputy) => {
          const token = newToken();
          links.push({ id: newId(), userId: reader.id, requestId: one.id, hash: hashToken(token).toString('hex') });
          return {
            subject: `${by} asks for ${name}`,
            text: lines(
              `${by} asks for the password of ${name}${one.startsAt === null ? '' : ` from ${moment(one.startsAt, reader)}`}${one.endsAt === null ? '' : ` until ${moment(one.endsAt, reader)}`}.`,
              facts,
              asDeputy,
              `Approve or reject it until ${moment(one.voidAt, reader)}: after that it is void. You sign in first.\n${address}/requests/approve#${token}`,
              `All requests: ${page(one.id)}`,
            ),
          };
        });
      else if (one.approvedHow === 'automatic' || one.approvedHow === 'ticket')
        toApprovers(one, (_, asDeputy) => ({
          subject: `${by} was given ${name} without asking you`,
          text: lines(
            `The request of ${by} for the password of ${name} was approved ${one.approvedHow === 'ticket' ? 'by its ticket' : 'by itself'}, as the access control says.`,
            facts,
            asDeputy,
            page(one.id),
          ),
        }));
      continue;
    }
    const reader = one.requester === null ? undefined : readers.get(one.requester);
    if (!reader || one.requester === about.byId) continue;
    const said = wordsFor(before, after, one, reader, { name, by, comment: about.comment });
    if (said)
      mails.push({
        to: reader.email,
        about: 'access',
        subject: said[0],
        text: lines(said[1], page(one.id)),
        whileSees: { userId: reader.id, accountId },
      });
  }
  if (links.length > 0)
    await sql`insert into access_link (id, organisation_id, request_id, user_id, hash)
      select x.id, ${organisationId}::uuid, x.request_id, x.user_id, decode(x.hash, 'hex')
      from jsonb_to_recordset(${JSON.stringify(links.map((l) => ({ id: l.id, request_id: l.requestId, user_id: l.userId, hash: l.hash })))}::jsonb)
        as x(id uuid, request_id uuid, user_id uuid, hash text)`.execute(db);
  await queueMails(db, mails);
  return mails.length;
}

/** Subject and text for the requester; undefined where there is nothing to tell. */
function wordsFor(
  before: Asked | undefined,
  after: Desk,
  one: Asked,
  reader: Reader,
  { name, by, comment }: { name: string; by: string; comment: string | undefined },
): [string, string] | undefined {
  const said = comment ? `\n\n${by} says: ${comment}` : '';
  const turn = onTurn(after)?.id === one.id;
  if (one.state === 'approved' && before?.state === 'waiting') {
    const next =
      one.startsAt !== null && one.startsAt > after.now
        ? `You can check it out from ${moment(one.startsAt, reader)} on.`
        : turn
          ? `You can check it out now. It is kept for you until ${moment(one.turnUntil, reader)}.`
          : 'Somebody else has it, or asked before you: you are told when it is your turn.';
    return [`Approved: ${name}`, `Your request for the password of ${name} is approved. ${next}${said}`];
  }
  if (one.state === 'approved' && turn && before?.turnUntil !== one.turnUntil)
    return [
      `Your turn: ${name}`,
      `The password of ${name} is free. It is kept for you until ${moment(one.turnUntil, reader)}; after that it is the next one’s turn.`,
    ];
  switch (one.endedHow) {
    case 'rejected':
      return [`Rejected: ${name}`, `Your request for the password of ${name} was rejected.${said}`];
    case 'void':
      return [`Void: ${name}`, `Nobody answered your request for the password of ${name} in time. You can ask again.`];
    case 'expired':
      return [`Expired: ${name}`, `You did not check out the password of ${name} in time. You can ask again.`];
    case 'forced':
      return [
        `Checked in: ${name}`,
        `The password of ${name} was checked in for you. You cannot open it any more.${said}`,
      ];
    case 'time-out':
      return [`Time is over: ${name}`, `Your time with the password of ${name} is over: it was checked in.`];
    case 'checked-in':
    case 'withdrawn':
    case null:
      return undefined;
  }
}
