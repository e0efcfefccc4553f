import { useEffect, useState } from 'react';
import { useMe } from '../../lib/session.tsx';
import type { Entry } from './entries.ts';

/**
 * Every setting as a place of its own, for a search; undefined until they are there. They are fetched when somebody is about to
 * search: few do, and all pages of the administration would carry their words.
 */
export function useSettingEntries(wanted: boolean): readonly Entry[] | undefined {
  const me = useMe();
  const [entries, setEntries] = useState<readonly Entry[]>();
  useEffect(() => {
    if (!wanted) return;
    let left = false;
    import('./setting-entries.ts').then(
      ({ adminSettings }) => {
        if (!left) setEntries(adminSettings(me));
      },
      // Out of reach: the pages are found all the same.
      () => {
        if (!left) setEntries([]);
      },
    );
    return () => {
      left = true;
    };
  }, [wanted, me]);
  return entries;
}
