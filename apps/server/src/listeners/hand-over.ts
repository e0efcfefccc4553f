import type { Taken } from './take-up.ts';

/** What a listener is told, as text: what goes to a process or over the wire, and nowhere else. */
export interface Handed {
  readonly version: 1;
  readonly test: boolean;
  readonly resource: Taken['told']['resource'];
  readonly account: Taken['told']['account'];
  readonly oldPassword: string | null;
  readonly newPassword: string;
  readonly arguments: readonly string[];
}

/** Everything a listener may be told, with the passwords as text. */
export const handed = ({ test, told, oldPassword, newPassword, version }: Taken): Handed => ({
  ...{ version: 1, test, resource: told.resource, account: told.account },
  ...{
    oldPassword: oldPassword?.expose() ?? null,
    newPassword: newPassword.expose(),
    arguments: version.spec.arguments,
  },
});

/** What a script gets as arguments: the resource, its DNS name, the account, the old password, the new one, then its own. */
export const asArguments = (what: Handed): string[] => [
  ...[what.resource.name, what.resource.dnsName, what.account.name, what.oldPassword ?? '', what.newPassword],
  ...what.arguments,
];

/** One value for a POSIX shell, in single quotes (XCU 2.2.2): nothing in it is looked at. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What a script gets in a file that a shell can read in: `NAME='value'` lines. */
export const asEnvironmentFile = (what: Handed): string =>
  Object.entries({
    RESOURCE_NAME: what.resource.name,
    RESOURCE_DNS_NAME: what.resource.dnsName,
    RESOURCE_TYPE: what.resource.type,
    ACCOUNT_NAME: what.account.name,
    OLD_PASSWORD: what.oldPassword ?? '',
    NEW_PASSWORD: what.newPassword,
  })
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');

const hidden = '[secret]';
/** Most characters that are kept of what a listener wrote. */
const outputMost = 64 * 1024;

/**
 * What a listener wrote, fit to be kept: without the passwords it was given, also in the forms that programs often write them in, without
 * control characters, and cut. `cut` says that there was more: then the end is dropped for as long as a part of a password may be in it.
 */
export function scrubbed(output: string, { newPassword, oldPassword, secret }: Taken, cut: boolean): string {
  const texts = [newPassword, oldPassword, secret].flatMap((one) => (one ? [one.expose()] : []));
  const forms = texts
    .flatMap((text) => [
      text,
      JSON.stringify(text).slice(1, -1),
      encodeURIComponent(text),
      new URLSearchParams([['', text]]).toString().slice(1),
      Buffer.from(text).toString('base64'),
      Buffer.from(text).toString('base64url'),
      Buffer.from(text).toString('hex'),
      quoted(text),
    ])
    .filter((form) => form !== '')
    // The longest first: a shorter form may be a part of it.
    .sort((a, b) => b.length - a.length);
  const longest = forms[0]?.length ?? 0;
  const clean = forms.reduce((text, form) => text.replaceAll(form, hidden), output);
  return clean
    .slice(0, cut ? Math.max(0, clean.length - longest) : undefined)
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .slice(0, outputMost);
}
