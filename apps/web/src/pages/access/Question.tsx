import { Select } from '@mantine/core';
import { access } from '../../lib/messages/access.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import css from './access.module.css';
import { deedOf, deedsOf, fields, kindChoices, kindOf } from './asking.ts';
import { AtField } from './AtField.tsx';
import { SubjectSelect, subjectName, useSubject } from './SubjectSelect.tsx';

/** Who would do what to which object, from the address, with the names of both. */
export function useQuestion() {
  const [url, set] = useUrlState(fields);
  const kind = kindOf(url.kind);
  const [who, object] = [useSubject('user', url.user), useSubject(kind, url.object)];
  return {
    ...url,
    kind,
    deed: deedOf(kind, url.do),
    set,
    whoName: who ? subjectName(who) : '',
    objectName: object ? subjectName(object) : '',
  };
}

/** The fields of the question. `past`: a moment may be chosen too. */
export function Question({ of, past }: { readonly of: ReturnType<typeof useQuestion>; readonly past: boolean }) {
  return (
    <div className={css.ask}>
      <SubjectSelect
        kind="user"
        label={access('person')}
        id={of.user}
        choose={(user) => of.set({ user }, { push: true })}
      />
      <Select
        label={access('kind')}
        data={kindChoices()}
        allowDeselect={false}
        value={of.kind}
        onChange={(kind) => of.set({ kind: kind ?? undefined, object: undefined, do: undefined })}
      />
      <SubjectSelect
        key={of.kind}
        kind={of.kind}
        label={access(of.kind)}
        id={of.object}
        choose={(object) => of.set({ object, kind: of.kind }, { push: true })}
      />
      <Select
        label={access('action')}
        data={deedsOf(of.kind).map((deed) => ({ value: deed, label: access(`do_${deed}`) }))}
        allowDeselect={false}
        value={of.deed}
        onChange={(deed) => of.set({ do: deed ?? undefined })}
      />
      {past && <AtField at={of.at} set={(at) => of.set({ at })} />}
    </div>
  );
}
