import { notedAddress } from '../platform/address.ts';
import type { Config } from '../platform/config.ts';
import { Refusal } from './command.ts';

/** Where the console of this installation is reached, without a slash at the end. Refuses when that cannot be known. */
export function addressFor(config: Config): string {
  if (config.publicUrl !== undefined) return config.publicUrl;
  if (config.port === 'off') throw new Refusal('No console is served: STRONGROOM_PORT is off.');
  if (config.port !== 0) return `https://${config.host ?? 'localhost'}:${config.port}`;
  const noted = notedAddress(config.home);
  if (noted === undefined)
    throw new Refusal(
      'The port is a free one, chosen at each start. Start the server here, or name a port with STRONGROOM_PORT.',
    );
  return noted;
}
