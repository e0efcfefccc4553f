import type { ListenerId, ListenerVersion } from '@strongroom/contract';
import { number } from '../../lib/t.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { Details } from '../../ui/Facts.tsx';
import { FileCode } from './Code.tsx';
import css from './listeners.module.css';
import { specInWords } from './words.ts';

/** All of one version: what it does, its files with their text, and the hash that is approved. */
export function VersionView({
  listenerId,
  version,
}: {
  readonly listenerId: ListenerId;
  readonly version: ListenerVersion;
}) {
  return (
    <div className={css.version}>
      <Details
        items={[
          [listeners('name'), version.name],
          [listeners('note'), version.note],
          ...specInWords(version.spec),
          [listeners('hash'), <code className={css.hash}>{version.hash}</code>],
        ]}
      />
      {(['file', 'companion'] as const).map((which) => {
        const file = version[which];
        return (
          file && (
            <div key={which}>
              <h3>
                {listeners(which)}: <bdi>{listeners('fileIs', { name: file.name, bytes: number(file.bytes) })}</bdi>
              </h3>
              <p className="dim">
                {listeners('sha256')} <code className={css.hash}>{file.sha256}</code>
              </p>
              <FileCode listenerId={listenerId} version={version} which={which} />
            </div>
          )
        );
      })}
    </div>
  );
}
