import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** The two SCRAM mechanisms of MongoDB. */
export type Mechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256';

/** Fewest rounds to answer to: a server that asks for less wants the password easy to guess. RFC 7677 section 4; SCRAM-SHA-1 of MongoDB has 10000. */
const fewestRounds = 4096;
/** Most: a server may not keep this process busy. */
const mostRounds = 1_000_000;

/** The server did not keep to the exchange, or could not prove that it knows the account. */
export class ScramFault extends Error {
  override readonly name = 'ScramFault';
}

/** The client's side of one SCRAM exchange without channel binding. Source: RFC 5802, RFC 7677; Driver Authentication specification of MongoDB. */
export class Scram {
  readonly #hash: 'sha1' | 'sha256';
  readonly #bare: string;
  readonly #nonce = randomBytes(24).toString('base64');
  readonly #secret: string;
  #expected: Buffer | undefined;

  constructor(mechanism: Mechanism, username: string, password: string) {
    this.#hash = mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256';
    // SCRAM-SHA-1 of MongoDB proves the MONGODB-CR digest of the password, not the password.
    this.#secret =
      mechanism === 'SCRAM-SHA-1'
        ? createHash('md5').update(`${username}:mongo:${password}`).digest('hex')
        : password.normalize('NFKC');
    this.#bare = `n=${username.replace(/=/g, '=3D').replace(/,/g, '=2C')},r=${this.#nonce}`;
  }

  /** client-first-message */
  first(): string {
    return `n,,${this.#bare}`;
  }

  /** client-final-message, for the server-first-message. Throws ScramFault. */
  async final(challenge: string): Promise<string> {
    const { r = '', s = '', i = '' } = attributes(challenge);
    const rounds = Number(i);
    if (!r.startsWith(this.#nonce) || r === this.#nonce || s === '') throw new ScramFault('not the exchange begun');
    if (!Number.isInteger(rounds) || rounds < fewestRounds || rounds > mostRounds)
      throw new ScramFault('number of rounds out of bounds');
    const length = this.#hash === 'sha1' ? 20 : 32;
    const salted = await derive(this.#secret, Buffer.from(s, 'base64'), rounds, length, this.#hash);
    const clientKey = this.#hmac(salted, 'Client Key');
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const withoutProof = `c=biws,r=${r}`;
    const message = `${this.#bare},${challenge},${withoutProof}`;
    const signature = this.#hmac(storedKey, message);
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
    this.#expected = this.#hmac(this.#hmac(salted, 'Server Key'), message);
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** Checks the server-final-message: only who knows the account can sign it. Throws ScramFault. */
  check(outcome: string): void {
    const signature = Buffer.from(attributes(outcome)['v'] ?? '', 'base64');
    if (this.#expected?.length !== signature.length || !timingSafeEqual(this.#expected, signature))
      throw new ScramFault('the server does not know the account');
  }

  #hmac(key: Uint8Array, message: string): Buffer {
    return createHmac(this.#hash, key).update(message).digest();
  }
}

function attributes(message: string): Partial<Record<string, string>> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}
