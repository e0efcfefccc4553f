import type { KeyPlace } from '@strongroom/contract';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ago, exact } from '../../lib/format.ts';
import { sshKeys } from '../../lib/messages/keys.ts';
import { Pill, type Tone } from '../../ui/Pill.tsx';
import css from './keys.module.css';

const tones: Record<KeyPlace['state'], Tone> = {
  open: 'ok',
  waiting: 'busy',
  leaving: 'busy',
  refused: 'bad',
  unreachable: 'warn',
  untrusted: 'bad',
};

/** Accounts with what is known of a key on each. `leave`: takes it away from one. */
export function PlaceList(props: { readonly places: readonly KeyPlace[]; readonly leave?: (place: KeyPlace) => void }) {
  const { places, leave } = props;
  if (places.length === 0) return null;
  return (
    <ul className={css.list}>
      {places.map((place) => {
        const name = `${place.username} · ${place.resourceName}`;
        const wrong = place.why !== null;
        return (
          <li key={place.accountId}>
            <div>
              <b className="trunc">
                <bdi>{place.username}</bdi>
              </b>
              <span className="dim trunc">
                <bdi>{place.resourceName}</bdi>
              </span>
              {place.why && <span className={css.why}>{place.why}</span>}
              {place.nextTryAt && wrong && (
                <span className="dim" title={exact(place.nextTryAt)}>
                  {sshKeys('again', { when: ago(place.nextTryAt) })}
                </span>
              )}
            </div>
            <span className={css.side}>
              <Pill
                tone={tones[place.state]}
                {...(wrong ? { icon: IconAlertTriangle } : {})}
                {...(place.checkedAt ? { title: sshKeys('checked', { when: exact(place.checkedAt) }) } : {})}
              >
                {sshKeys(`state-${place.state}`)}
              </Pill>
              {leave && place.state !== 'leaving' && (
                <button
                  type="button"
                  className="link"
                  aria-label={sshKeys('takeAwayFrom', { name })}
                  onClick={() => leave(place)}
                >
                  {sshKeys('takeAway')}
                </button>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
