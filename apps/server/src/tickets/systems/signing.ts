import { z } from 'zod';
import { Secret } from '../../platform/secret.ts';
import type { Credential } from './system.ts';

const Signing = z.object({ secret: z.string(), clientSecret: z.string() });

/** What signs in, as the one text that is sealed. */
export const signing = (secret: string, clientSecret: string): Secret =>
  new Secret(JSON.stringify({ secret, clientSecret } satisfies z.input<typeof Signing>));

/** That text read again. Throws for what this release did not write. */
export function readSigning(text: Secret): Credential {
  const { secret, clientSecret } = Signing.parse(JSON.parse(text.expose()));
  return { secret: new Secret(secret), clientSecret: new Secret(clientSecret) };
}
