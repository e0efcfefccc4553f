import type { NoticeEvent } from '@strongroom/contract';
import { linksBegin, queueMails } from '../mail/index.ts';
import type { Notice, NoticeChannel } from './channel.ts';

const subjects: Readonly<Record<NoticeEvent, string>> = {
  'accessed': 'Password accessed',
  'changed': 'Password changed',
  'share-changed': 'Sharing changed',
  'expires': 'Password expired',
  'violated': 'Password policy violated',
  'out-of-sync': 'Password out of sync',
}; // prettier-ignore

const one: Readonly<Record<NoticeEvent, (who: string) => string>> = {
  'accessed': (who) => `${who} accessed this password.`,
  'changed': (who) => `${who} changed this password.`,
  'share-changed': (who) => `${who} changed who has this password.`,
  'expires': () => 'This password has reached the age at which its policy wants a new one.',
  'violated': () => 'This password does not keep its policy.',
  'out-of-sync': () => 'The target does not accept the password that is stored for this account.',
}; // prettier-ignore
const many: Readonly<Record<NoticeEvent, (who: string, n: number) => string>> = {
  'accessed': (who, n) => `${who} accessed ${n} passwords.`,
  'changed': (who, n) => `${who} changed ${n} passwords.`,
  'share-changed': (who, n) => `${who} changed who has ${n} passwords.`,
  'expires': (_, n) => `${n} passwords have reached the age at which their policies want new ones.`,
  'violated': (_, n) => `${n} passwords do not keep their policies.`,
  'out-of-sync': (_, n) => `The targets of ${n} accounts do not accept the passwords that are stored.`,
}; // prettier-ignore

function moment(at: Date, timeZone: string): string {
  const format = (zone: string): string =>
    at.toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'long', timeZone: zone });
  try {
    return format(timeZone);
  } catch {
    // A zone that this release of Node.js does not know.
    return format('UTC');
  }
}

/** Subject and text of a notice. `address` is what links begin with. There is no password in a `Notice`, so none can be in its mail. */
function wordsOf(notice: Notice, address: string): { subject: string; text: string } {
  const { event, accounts, count, by } = notice;
  const who = by?.name ?? 'Strongroom';
  const [first] = accounts;
  const single = count === 1 && first !== undefined;
  const lines = [
    single ? one[event](who) : many[event](who, count),
    '',
    ...accounts.map(({ name, resourceId }) => `  ${name}\n  ${address}/resources/${resourceId}/accounts`),
    ...(count > accounts.length ? [`  and ${count - accounts.length} more`] : []),
    '',
    `When: ${moment(notice.at, notice.to.timeZone)}`,
    ...(by?.reason ? [`Reason: ${by.reason}`] : []),
    ...(by?.ticket ? [`Ticket: ${by.ticket}`] : []),
    '',
    'You are told because a resource group says so, under “Notices”.',
  ];
  return { subject: `${subjects[event]}: ${single ? first.name : `${count} accounts`}`, text: `${lines.join('\n')}\n` };
}

/** Notices by mail. */
export const mailChannel = (publicUrl: () => string): NoticeChannel => ({
  name: 'mail',
  async tell(db, notices) {
    const address = await linksBegin(db, publicUrl);
    await queueMails(
      db,
      notices.map((notice) => {
        const { userId } = notice.to;
        const [first] = notice.accounts;
        return {
          to: notice.to.address,
          about: 'notice',
          ...wordsOf(notice, address),
          whileSees: userId !== null && first !== undefined ? { userId, accountId: first.id } : undefined,
        };
      }),
    );
  },
});
