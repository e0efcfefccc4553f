import type {
  Listener,
  ListenerRunState,
  ListenerSpec,
  ListenerVersion,
  ListenerVersionState,
} from '@strongroom/contract';
import {
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconClock,
  IconHelp,
  IconPlayerPause,
  IconReplace,
  IconX,
  type Icon,
} from '@tabler/icons-react';
import { number } from '../../lib/t.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import type { Tone } from '../../ui/Pill.tsx';

/** How a state looks: tone, icon, and word. */
export interface Look {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly word: string;
}

/** Where a listener stands: what waits comes first, as somebody has to do something. */
export function listenerLook({ newestState, runs, on }: Listener): Look {
  if (newestState === 'waiting')
    return { tone: 'warn', icon: IconClock, word: listeners(runs === null ? 'state-waiting' : 'state-edit') };
  if (runs === null) return { tone: 'neutral', icon: IconBan, word: listeners('state-none') };
  return on
    ? { tone: 'ok', icon: IconCheck, word: listeners('state-on') }
    : { tone: 'neutral', icon: IconPlayerPause, word: listeners('state-off') };
}

const versionLooks: Readonly<Record<ListenerVersionState, readonly [Tone, Icon]>> = {
  waiting: ['warn', IconClock],
  approved: ['ok', IconCheck],
  refused: ['bad', IconX],
  replaced: ['neutral', IconReplace],
};
/** How far one version is. */
export function versionLook(state: ListenerVersionState): Look {
  const [tone, icon] = versionLooks[state];
  return { tone, icon, word: listeners(`state-${state}`) };
}

const runLooks: Readonly<Record<ListenerRunState, readonly [Tone, Icon]>> = {
  'waiting': ['busy', IconClock],
  'running': ['busy', IconClock],
  'done': ['ok', IconCheck],
  'failed': ['bad', IconX],
  'timed-out': ['bad', IconClock],
  'refused': ['bad', IconAlertTriangle],
  'skipped': ['neutral', IconBan],
  'in-doubt': ['warn', IconHelp],
}; // prettier-ignore
/** How a run ended, or how far it is. */
export function runLook(state: ListenerRunState): Look {
  const [tone, icon] = runLooks[state];
  return { tone, icon, word: listeners(`run-${state}`) };
}

/** The resource types in words. */
export const typesInWords = (types: readonly string[]): string =>
  types.length === 0 ? listeners('everyType') : types.join(', ');

const yesNo = (is: boolean): string => listeners(is ? 'yes' : 'no');
const list = (texts: readonly string[]): string =>
  texts.length === 0 ? listeners('none') : texts.map((text) => `‘${text}’`).join(' ');

/** What a version does, name by value, in the order it is read. */
export function specInWords(spec: ListenerSpec): (readonly [name: string, value: string])[] {
  const limit = [listeners('timeLimit'), listeners('seconds', { count: spec.timeLimitSeconds })] as const;
  const both = [
    [listeners('kind'), listeners(`kind-${spec.kind}`)],
    [listeners('types'), typesInWords(spec.resourceTypes)],
  ] as const;
  const given = [listeners('arguments'), list(spec.arguments)] as const;
  switch (spec.kind) {
    case 'script':
      return [
        ...both,
        [listeners('preCommand'), list(spec.preCommand)],
        given,
        [listeners('handOver'), listeners(`handOver-${spec.handOver}`)],
        limit,
      ];
    case 'module':
      return [...both, given, [listeners('mayStartPrograms'), yesNo(spec.mayStartPrograms)], limit];
    case 'webhook':
      return [
        ...both,
        [listeners('url'), spec.url],
        given,
        [listeners('sendsPasswords'), yesNo(spec.sendsPasswords)],
        limit,
      ];
  }
}

/** A version as lines that can be compared. */
export const linesOf = (version: ListenerVersion): string[] => [
  `${listeners('name')}: ${version.name}`,
  ...(version.note ? version.note.split('\n').map((line) => `${listeners('note')}: ${line}`) : []),
  ...specInWords(version.spec).map(([name, value]) => `${name}: ${value}`),
  ...(['file', 'companion'] as const).flatMap((which) => {
    const file = version[which];
    return file ? [`${listeners(which)}: ${file.name}, ${number(file.bytes)} B, SHA-256 ${file.sha256}`] : [];
  }),
];
