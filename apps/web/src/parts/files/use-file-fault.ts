import { bytes } from '../../lib/format.ts';
import { files } from '../../lib/messages/files.ts';
import { useMe } from '../../lib/session.tsx';

/** Says before it is sent why a file would not be taken; null when nothing is known against it. */
export function useFileFault(): (file: File) => string | null {
  const megabytes = useMe().preferences.fileLimitMegabytes;
  return (file) =>
    file.size > megabytes * 1024 ** 2 ? files('tooLarge', { size: bytes(file.size), megabytes }) : null;
}
