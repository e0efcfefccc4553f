import type { Ticketing } from '@strongroom/contract';
import type { Secret } from '../../platform/secret.ts';
import type { Fields } from './fields.ts';

/** One request to a ticketing system. Secrets go into headers and bodies, never into the address. */
export interface Asked {
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
/** What it answered. `json` is undefined where the body was none. */
export interface Said {
  readonly status: number;
  readonly json: unknown;
}
/** Sends one request. Throws `NoAnswer`. */
export type Send = (asked: Asked) => Promise<Said>;

/** The system could not be asked, or answered what cannot be used: a sentence, without what the other side wrote. */
export class NoAnswer extends Error {}

/** What signs in. */
export interface Credential {
  readonly secret: Secret;
  /** Of an OAuth client. */
  readonly clientSecret: Secret;
}

/** A ticket as it was found. `state` is its state's name; `over` what the system itself says of it being closed. */
export interface Found {
  readonly state: string;
  readonly over: boolean;
  readonly fields: Fields;
  /** Why it is not good for this use, whatever the rules say: a sentence. Only a module of one's own looks at that by itself. */
  readonly misfit?: string;
}

export type Settings = Pick<Ticketing, 'url' | 'username' | 'clientId' | 'accountsUrl' | 'table' | 'jiraApi'>;

/** Where a system keeps what it was given for a while, such as an access token. Lost with the process. */
export interface Memory {
  token?: { readonly text: Secret; readonly until: number } | undefined;
}

/** How one kind of system is asked for a ticket. */
export interface System {
  /** Gives undefined when there is no such ticket. Throws `NoAnswer`. */
  find(
    ticket: string,
    settings: Settings,
    credential: Credential,
    send: Send,
    memory: Memory,
  ): Promise<Found | undefined>;
}

/** An address below that of the system. Every part is escaped: a ticket id leads nowhere else. */
export const below = (url: string, ...parts: readonly string[]): string =>
  [url.replace(/\/+$/, ''), ...parts.map(encodeURIComponent)].join('/');

/** Basic authentication. Source: RFC 7617. */
export const basic = (user: string, secret: Secret): string =>
  `Basic ${Buffer.from(`${user}:${secret.expose()}`, 'utf8').toString('base64')}`;

/** Throws what every answer but a good one and ‘not found’ means. */
export function requireGood(said: Said): void {
  if (said.status === 200) return;
  if (said.status === 401 || said.status === 403)
    throw new NoAnswer('The ticketing system does not accept what signs in, or does not let it see tickets.');
  if (said.status >= 300 && said.status < 400)
    throw new NoAnswer(
      'The ticketing system answered with another address, and that is not followed. Check the address.',
    );
  if (said.status === 429) throw new NoAnswer('The ticketing system takes no more calls at this moment.');
  throw new NoAnswer(`The ticketing system answered with status ${said.status}.`);
}

export const unreadable = (): NoAnswer => new NoAnswer('The ticketing system answered something that is no ticket.');
