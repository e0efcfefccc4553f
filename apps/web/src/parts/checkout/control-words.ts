import { control } from '../../lib/messages/control.ts';
import { controlFaults, type ControlDraft, type Person } from './control-draft.ts';

/** Names in a row: `Ada, Priya or Marcus`. Of more than three, the rest are counted. */
function names(people: readonly Pick<Person, 'name'>[], word: 'or' | 'and'): string {
  const shown = people.length > 3 ? people.slice(0, 2) : people;
  const parts = shown.map(({ name }) => name);
  if (people.length > shown.length) parts.push(control('many', { count: people.length - shown.length }));
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : control(word, { some: parts.join(', '), last });
}

/** What a control of access means for people, in a few sentences. Says what is missing where it cannot be in force yet. */
export function controlInWords(draft: ControlDraft): string {
  const able = draft.approvers.filter(({ active }) => active);
  const faults = controlFaults(draft);
  const said: string[] = [control('sumAsk')];
  if (faults.approvers) said.push(control('sumNobody'));
  else if (draft.automatic === 'always') said.push(control('sumAlways', { who: able.length }));
  else {
    const within = { hours: Number(draft.requestHours) };
    said.push(
      !draft.both
        ? control('sumOne', { who: names(able, 'or'), ...within })
        : able.length === 2
          ? control('sumTwoOnly', { who: names(able, 'and'), ...within })
          : control('sumTwo', { who: names(able, 'and'), ...within }),
    );
    if (draft.automatic === 'windows' && !faults.windows)
      said.push(
        control('sumWindows', {
          when: names(
            draft.windows.map(({ from, to }) => ({ name: control('sumWindow', { from, to }) })),
            'or',
          ),
        }),
      );
    if (draft.ticketApproves) said.push(control('sumTicket'));
  }
  const alone = Number(draft.exclusiveHours);
  said.push(
    (alone > 0 ? control('sumHours', { hours: alone }) : control('sumEver')) +
      control(draft.resetAfter ? 'sumReset' : 'sumNoReset'),
  );
  if (draft.excluded.length > 0) said.push(control('sumExcluded', { who: names(draft.excluded, 'and') }));
  return said.join(' ');
}
