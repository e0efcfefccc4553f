import type { Actor } from '../../../authorise/index.ts';

/** The same id for the same number. */
export const uuid = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const at = '2026-11-26T10:00:00Z';
/** Whom every good token stands for. */
export const actor: Actor = {
  kind: 'user',
  organisationId: uuid(1),
  userId: uuid(2),
  origin: { requestId: null, address: null, client: null },
};

/** Nothing in fields of one's own. */
const own = { fields: {}, secretFields: [], files: [] };

/** A resource as our calls give it. */
export const resource = (
  number: number,
  name: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  id: uuid(100 + number),
  number,
  name,
  type: 'Linux',
  dnsName: `${name}.example`,
  description: '',
  department: '',
  location: '',
  domain: '',
  url: '',
  policyId: null,
  groupPolicyId: null,
  hold: 'owner',
  ownerId: uuid(2),
  ownerName: 'ada',
  accounts: 1,
  health: null,
  violating: 0,
  expiresAt: null,
  ...own,
  tags: [],
  createdAt: at,
  updatedAt: at,
  version: 3,
  can: [],
  reset: null,
  hostKeys: [],
  ...more,
});
const account = (
  number: number,
  on: Record<string, unknown>,
  username: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  id: uuid(500 + number),
  number,
  resourceId: on['id'],
  resourceNumber: on['number'],
  resourceName: on['name'],
  resourceType: 'Linux',
  dnsName: '',
  username,
  notes: '',
  policyId: null,
  favourite: false,
  secretVersion: 1,
  changedAt: at,
  proof: { health: 'unproven', provenAt: null, provenBy: null, checkedAt: null, why: null, exclusion: null },
  compliance: 'compliant',
  access: null,
  complianceWhy: [],
  expiresAt: null,
  attempt: null,
  resettable: true,
  holdsFile: false,
  file: null,
  ...own,
  createdAt: at,
  version: 5,
  can: ['account.reveal'],
  ...more,
});
/** A password policy as our calls give it. */
export const policy = (n: number, name: string, isDefault = false): Record<string, unknown> => ({
  id: uuid(900 + n),
  name,
  description: '',
  builtIn: true,
  isDefault,
  kind: 'password',
  minLength: 8,
  maxLength: 64,
  mixedCase: true,
  digits: 1,
  specials: 1,
  specialCharacters: '!',
  startsWithLetter: false,
  loginNameAllowed: false,
  dictionaryWordsAllowed: true,
  words: 0,
  historyDepth: 3,
  maxAgeDays: 90,
  version: 1,
});
/** The manual's resource and account, and one that the asker may not open. */
export const web = resource(303, 'Windows Server', {
  url: 'http://windowsserver/adminconsole',
  description: 'A server',
});
export const db = resource(304, 'db/1', { department: 'NOC', type: 'PostgreSQL' });
export const admin = account(307, web, 'Administrator');
export const root = account(308, db, 'root', { can: [], notes: 'console only', favourite: true });
/** A rotation of the manual's account. */
export const attempt = (state: string, why: string | null = null): Record<string, unknown> => ({
  id: uuid(700),
  accountId: admin['id'],
  state,
  why,
  tries: 1,
  startedAt: at,
  updatedAt: at,
  endedAt: null,
  nextTryAt: null,
  requestedBy: 'ada',
});
