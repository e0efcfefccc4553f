import { hash, verify } from '@node-rs/argon2';
import { Problem } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';

// Argon2id, 19 MiB, two passes, one lane. Source: OWASP Password Storage Cheat Sheet; RFC 9106 section 4.
const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hashes and checks log-in passwords, one at a time and no more than `waiting` in line, so that a flood of log-ins takes one core and never starves reveals. */
export interface PasswordHasher {
  /** Throws `busy` when the line is full. */
  hash(password: Secret): Promise<string>;
  /** False for a wrong password; without a stored hash it takes the same time and is false. Throws `busy` when the line is full. */
  verify(stored: string | null, password: Secret): Promise<boolean>;
  /** Log-ins in line or at work. */
  load(): number;
}

export function createPasswordHasher(options: { atOnce?: number; waiting?: number } = {}): PasswordHasher {
  const atOnce = options.atOnce ?? 1;
  const most = (options.waiting ?? 128) + atOnce;
  const line: (() => void)[] = [];
  let inside = 0;
  let load = 0;

  async function inLine<T>(work: () => Promise<T>): Promise<T> {
    if (load >= most) throw new Problem('busy', { retryAfter: 3 });
    load++;
    try {
      if (inside >= atOnce) await new Promise<void>((resolve) => line.push(resolve));
      inside++;
      try {
        return await work();
      } finally {
        inside--;
        line.shift()?.();
      }
    } finally {
      load--;
    }
  }

  // Checked against when the user is unknown, so that an answer takes the same time whether or not somebody exists.
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => inLine(() => hash(password.expose(), cost)),
    verify: (stored, password) =>
      inLine(async () => {
        decoy ??= hash('nobody has this password', cost);
        const right = await verify(stored ?? (await decoy), password.expose()).catch(() => false);
        return stored !== null && right;
      }),
    load: () => load,
  };
}
