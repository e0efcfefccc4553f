import { SegmentedControl } from '@mantine/core';
import type { Permission } from '@strongroom/contract';
import { IconArrowBackUp, IconUsersGroup, IconX } from '@tabler/icons-react';
import { ago, exact } from '../../lib/format.ts';
import { access } from '../../lib/messages/access.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { markOf, type Line } from './draft.ts';
import css from './shares.module.css';
import { TimePopover } from './TimePopover.tsx';

const tones = { added: 'ok', changed: 'info', removed: 'warn' } as const;

/** One recipient: who they are, what they get, and from when to when. */
export function ShareLine({
  line,
  permissions,
  edit,
}: {
  readonly line: Line;
  readonly permissions: readonly Permission[];
  readonly edit: (line: Line) => void;
}) {
  const { standing, wanted } = line;
  const mark = markOf(line);
  const members = standing?.to.members;
  return (
    <li className={css.line} data-mark={mark ?? undefined}>
      {line.kind === 'user-group' ? (
        <span className={css.group} aria-hidden>
          <IconUsersGroup size={16} stroke={1.7} />
        </span>
      ) : (
        <Avatar name={line.name} size={28} />
      )}
      <div className={css.who}>
        <b className="trunc">
          <bdi>{line.name}</bdi>
        </b>
        <span className="dim trunc">
          {line.kind === 'user-group'
            ? `${access('userGroup')}${typeof members === 'number' ? ` · ${access('members', { count: members })}` : ''}`
            : line.detail}
        </span>
        {standing && !mark && (
          <span className="dim trunc" title={exact(standing.since)}>
            {access('since', { when: ago(standing.since), by: standing.sharedBy })}
          </span>
        )}
      </div>
      <div className={css.pills}>
        {mark && <Pill tone={tones[mark]}>{access(mark)}</Pill>}
        {!mark && standing && standing.state !== 'in-force' && (
          <Pill tone={standing.state === 'ended' ? 'neutral' : 'info'}>{access(standing.state)}</Pill>
        )}
      </div>
      {wanted ? (
        <div className={css.controls}>
          <SegmentedControl
            size="xs"
            aria-label={access('permissionOf', { name: line.name })}
            data={permissions.map((permission) => ({ value: permission, label: access(permission) }))}
            value={wanted.permission}
            onChange={(permission) => edit({ ...line, wanted: { ...wanted, permission: permission as Permission } })}
          />
          <TimePopover
            name={line.name}
            wanted={wanted}
            change={(times) => edit({ ...line, wanted: { ...wanted, ...times } })}
          />
        </div>
      ) : (
        <div className={css.controls} />
      )}
      <button
        type="button"
        className={css.icon}
        aria-label={access(wanted ? 'remove' : 'restore', { name: line.name })}
        onClick={() =>
          edit({
            ...line,
            wanted: wanted
              ? null
              : standing && { permission: standing.permission, from: standing.from, until: standing.until },
          })
        }
      >
        {wanted ? <IconX size={16} aria-hidden /> : <IconArrowBackUp size={16} aria-hidden />}
      </button>
    </li>
  );
}
