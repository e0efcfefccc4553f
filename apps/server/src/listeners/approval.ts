import { z } from 'zod';
import type { Grant } from '../authorise/index.ts';
import { Secret } from '../platform/secret.ts';
import { sameText } from '../platform/random.ts';
import type { Place, Vault } from '../vault/index.ts';
import { hashNow, type StoredVersion } from './versions.ts';

const Approved = z.object({ hash: z.string(), by: z.uuid() });
const placeOf = (version: Pick<StoredVersion, 'listenerId' | 'version'>): Place => ({
  column: 'listener_version.approval',
  rowId: version.listenerId,
  version: version.version,
});

/**
 * The approval of a version, sealed: what was approved, by whom. Only the server with its key makes one, so that whoever writes into
 * the database cannot approve.
 */
export const sealApproval = (
  grant: Grant<'listener.approve'>,
  vault: Vault,
  version: StoredVersion,
  by: string,
): Promise<Buffer> =>
  vault.seal(
    grant,
    new Secret(JSON.stringify({ hash: version.hash, by } satisfies z.input<typeof Approved>)),
    placeOf(version),
  );

/** Thrown when a listener is not what was approved: its rows were changed past the product. */
export class Altered extends Error {}

/** Holds a version against its approval. Throws `Altered` when there is none, or it is about something else. */
export async function requireApproved(
  grant: Grant<'listener.run'>,
  vault: Vault,
  version: StoredVersion,
): Promise<void> {
  if (version.approval === null) throw new Altered('It was never approved.');
  let approved: z.output<typeof Approved>;
  try {
    const text = await vault.open(grant, version.approval, placeOf(version));
    approved = Approved.parse(JSON.parse(text.expose()));
  } catch (cause) {
    throw new Altered('Its approval is not genuine.', { cause });
  }
  if (approved.by === version.authorId) throw new Altered('It was approved by its author.');
  const now = hashNow(version);
  if (!sameText(approved.hash, now) || !sameText(version.hash, now))
    throw new Altered('It was changed since it was approved.');
}
