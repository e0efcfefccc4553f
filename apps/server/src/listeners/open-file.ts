import type { Grant } from '../authorise/index.ts';
import { sha256 } from '../platform/random.ts';
import type { Vault } from '../vault/index.ts';
import { Altered } from './approval.ts';
import type { StoredFile } from './versions.ts';

/** A file that was opened and is what its version says. */
export interface OpenFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Opens a listener's file and holds it against its checksum. Throws `Altered` when it is another. */
export async function openFile(
  grant: Grant<'listener.run'> | Grant<'listener.read-file'>,
  vault: Vault,
  file: StoredFile | null,
): Promise<OpenFile | null> {
  if (file === null) return null;
  const place = { column: 'listener_file.sealed', rowId: file.id, version: 1 } as const;
  const base64 = await vault.open(grant, file.sealed, place).catch((cause: unknown) => {
    throw new Altered('Its file is not genuine.', { cause });
  });
  const content = Buffer.from(base64.expose(), 'base64');
  if (sha256(content).toString('hex') !== file.sha256) throw new Altered('Its file is another.');
  return { name: file.name, content };
}
