import { z } from 'zod';
import type { Grant } from '../../authorise/index.ts';
import { sameText, sha256 } from '../../platform/random.ts';
import { Secret } from '../../platform/secret.ts';
import type { Place, Vault } from '../../vault/index.ts';
import { hashOfModule, type StoredModule } from './versions.ts';

const Approved = z.object({ hash: z.string(), by: z.uuid() });

const approvalOf = ({ id, version }: Pick<StoredModule, 'id' | 'version'>): Place => ({
  column: 'ticketing_module.approval',
  rowId: id,
  version,
});
const fileOf = ({ id, version }: Pick<StoredModule, 'id' | 'version'>): Place => ({
  column: 'ticketing_module.sealed',
  rowId: id,
  version,
});

/** Thrown when the module is not what was approved: its row was changed past the product. */
export class Altered extends Error {}

/** A module that was opened and is what its version says. */
export interface OpenModule {
  readonly version: number;
  readonly name: string;
  readonly content: Buffer;
}

/** Seals a file. As base64: a program is no text, and a secret is one. */
export const sealModule = (
  grant: Grant<'ticketing.add-module'>,
  vault: Vault,
  of: Pick<StoredModule, 'id' | 'version'>,
  base64: string,
): Promise<Buffer> => vault.seal(grant, new Secret(base64), fileOf(of));

/** The approval of a version, sealed: only the server with its key makes one, so that whoever writes into the database cannot approve. */
export const sealModuleApproval = (
  grant: Grant<'ticketing.approve-module'>,
  vault: Vault,
  of: StoredModule,
  by: string,
): Promise<Buffer> =>
  vault.seal(
    grant,
    new Secret(JSON.stringify({ hash: of.hash, by } satisfies z.input<typeof Approved>)),
    approvalOf(of),
  );

/** Opens the file of a version and holds it against its checksum. Throws `Altered`. */
export async function openModule(
  grant: Grant<'ticket.check' | 'ticketing.test' | 'ticketing.read-module-file'>,
  vault: Vault,
  of: StoredModule,
): Promise<OpenModule> {
  const base64 = await vault.open(grant, of.sealed, fileOf(of)).catch((cause: unknown) => {
    throw new Altered('The file of the ticketing module is not genuine.', { cause });
  });
  const content = Buffer.from(base64.expose(), 'base64');
  if (sha256(content).toString('hex') !== of.sha256) throw new Altered('The file of the ticketing module is another.');
  return { version: of.version, name: of.fileName, content };
}

/** The same of a version that is to run, held against its approval too. Throws `Altered`. */
export async function openApproved(
  grant: Grant<'ticket.check' | 'ticketing.test'>,
  vault: Vault,
  of: StoredModule,
): Promise<OpenModule> {
  if (of.approval === null) throw new Altered('The ticketing module was never approved.');
  let approved: z.output<typeof Approved>;
  try {
    approved = Approved.parse(JSON.parse((await vault.open(grant, of.approval, approvalOf(of))).expose()));
  } catch (cause) {
    throw new Altered('The approval of the ticketing module is not genuine.', { cause });
  }
  if (approved.by === of.authorId) throw new Altered('The ticketing module was approved by its author.');
  const now = hashOfModule(of);
  if (!sameText(approved.hash, now) || !sameText(of.hash, now))
    throw new Altered('The ticketing module was changed since it was approved.');
  return openModule(grant, vault, of);
}
