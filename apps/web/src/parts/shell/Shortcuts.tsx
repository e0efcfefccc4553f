import { Fragment } from 'react';
import { frame } from '../../lib/messages/frame.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import css from './shortcuts.module.css';

type Line = readonly [keys: readonly string[], what: string, then?: boolean];

/** The overview of keys, opened by `?`. */
export default function Shortcuts({ open, close }: { readonly open: boolean; readonly close: () => void }) {
  const [preferences] = usePreferences();
  const groups: readonly (readonly [string, readonly Line[]])[] = [
    [
      frame('keysAnywhere'),
      [
        [['Ctrl', 'K'], frame('keySearch')],
        [['?'], frame('keyOverlay')],
        [['['], frame('keyFold')],
        [['F6'], frame('keyRegion')],
        [['G', 'H'], frame('keyHome'), true],
        [['G', 'R'], frame('keyResources'), true],
        [['G', 'Q'], frame('keyRequests'), true],
        [['G', 'A'], frame('keyAudit'), true],
        [['G', ','], frame('keyAdmin'), true],
        [['N', 'R'], frame('keyNewResource'), true],
      ],
    ],
    [
      frame('keysList'),
      [
        [['↑', '↓'], frame('keyMove')],
        [['Enter'], frame('keyOpen')],
        [['Space'], frame('keyPeek')],
        [['E'], frame('keyReveal')],
        [['C'], frame('keyCopy')],
        [['V'], frame('keyVerify')],
        [['R'], frame('keyRotate')],
        [['F'], frame('keyFavourite')],
        [['Esc'], frame('keyEscape')],
      ],
    ],
    [
      frame('keysForms'),
      [
        [['Ctrl', 'S'], frame('keySave')],
        [['Ctrl', 'Enter'], frame('keySubmit')],
      ],
    ],
  ];
  return (
    <Dialog open={open} close={close} title={frame('shortcuts')} size={640}>
      {preferences.shortcuts === 'off' && <p className={css.off}>{frame('keysOff')}</p>}
      <div className={css.groups}>
        {groups.map(([title, lines]) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            <dl>
              {lines.map(([keys, what, then]) => (
                <div key={what}>
                  <dt>
                    {keys.map((key, index) => (
                      <Fragment key={key}>
                        {index > 0 && <span className="dim3"> {then ? frame('keyThen') : '+'} </span>}
                        <kbd className="kbd">{key}</kbd>
                      </Fragment>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
