import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Mechanisms, with rounds and hash as mongod has them by default. Source: MongoDB Manual, scramIterationCount, scramSHA256IterationCount. */
const mechanisms = {
  'SCRAM-SHA-1': { hash: 'sha1', rounds: 10_000, length: 20 },
  'SCRAM-SHA-256': { hash: 'sha256', rounds: 15_000, length: 32 },
} as const;
export type MongoMechanism = keyof typeof mechanisms;

interface Credential {
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** A user of one database, with what mongod keeps of the password. */
export interface MongoUser {
  readonly database: string;
  readonly name: string;
  /** May set others' passwords. */
  readonly administrator: boolean;
  credentials: Readonly<Partial<Record<MongoMechanism, Credential>>>;
  failures: number;
}

/** A user with fresh credentials. */
export function makeUser(
  database: string,
  name: string,
  password: string,
  kinds: readonly MongoMechanism[],
  administrator = false,
): MongoUser {
  return { database, name, administrator, failures: 0, credentials: credentialsFor(name, password, kinds) };
}

/** What is kept of a password, for each mechanism. Source: RFC 5802 section 3; MongoDB hashes name and password first for SCRAM-SHA-1. */
export function credentialsFor(name: string, password: string, kinds: readonly MongoMechanism[]) {
  return Object.fromEntries(
    kinds.map((kind) => [kind, keep(kind, name, password, randomBytes(mechanisms[kind].length - 4))]),
  );
}

function keep(kind: MongoMechanism, name: string, password: string, salt: Buffer): Credential {
  const { hash, rounds, length } = mechanisms[kind];
  const secret =
    kind === 'SCRAM-SHA-1' ? createHash('md5').update(`${name}:mongo:${password}`).digest('hex') : password;
  const salted = pbkdf2Sync(secret, salt, rounds, length, hash);
  const hmac = (word: string) => createHmac(hash, salted).update(word).digest();
  return { salt, storedKey: createHash(hash).update(hmac('Client Key')).digest(), serverKey: hmac('Server Key') };
}

/** Whether a password is the user's, by every mechanism it has. */
export function isPasswordOf({ name, credentials }: MongoUser, password: string): boolean {
  const kinds = Object.keys(credentials) as MongoMechanism[];
  return kinds.every((kind) => {
    const kept = credentials[kind];
    return kept !== undefined && keep(kind, name, password, kept.salt).storedKey.equals(kept.storedKey);
  });
}

/** The server's side of one SCRAM exchange. Undefined answers mean that the log-in failed. */
export class Exchange {
  readonly #kind: MongoMechanism;
  readonly #find: (name: string) => MongoUser | undefined;
  #user: MongoUser | undefined;
  #bare = '';
  #challenge = '';
  #nonce = '';

  constructor(kind: MongoMechanism, find: (name: string) => MongoUser | undefined) {
    this.#kind = kind;
    this.#find = find;
  }

  /** Who wants to be let in, once known. */
  get user(): MongoUser | undefined {
    return this.#user;
  }

  /** server-first-message, for the client-first-message. */
  first(message: string): string | undefined {
    const [, bare = '', name = '', nonce = ''] = /^n,,(n=([^,]*),r=([!-+\--~]+))$/.exec(message) ?? [];
    this.#user = this.#find(name.replaceAll('=2C', ',').replaceAll('=3D', '='));
    const kept = this.#user?.credentials[this.#kind];
    if (kept === undefined) return undefined;
    this.#bare = bare;
    this.#nonce = nonce + randomBytes(24).toString('base64');
    this.#challenge = `r=${this.#nonce},s=${kept.salt.toString('base64')},i=${String(mechanisms[this.#kind].rounds)}`;
    return this.#challenge;
  }

  /** server-final-message, for the client-final-message. */
  final(message: string): string | undefined {
    const kept = this.#user?.credentials[this.#kind];
    const [, withoutProof = '', nonce = '', proof = ''] =
      /^(c=biws,r=([^,]+)),p=([A-Za-z0-9+/=]+)$/.exec(message) ?? [];
    if (kept === undefined || this.#user === undefined || nonce !== this.#nonce) return undefined;
    const { hash } = mechanisms[this.#kind];
    const text = `${this.#bare},${this.#challenge},${withoutProof}`;
    const signature = createHmac(hash, kept.storedKey).update(text).digest();
    const given = Buffer.from(proof, 'base64');
    const clientKey = Buffer.from(signature.map((byte, at) => byte ^ (given[at] ?? 0)));
    if (!timingSafeEqual(createHash(hash).update(clientKey).digest(), kept.storedKey)) {
      this.#user.failures += 1;
      return undefined;
    }
    return `v=${createHmac(hash, kept.serverKey).update(text).digest('base64')}`;
  }
}
