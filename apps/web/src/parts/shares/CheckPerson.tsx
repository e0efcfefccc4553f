import type { Principal, UserId } from '@strongroom/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { access } from '../../lib/messages/access.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { askPreview, sharesKey, type Shared } from './calls.ts';
import { DerivationView } from './DerivationView.tsx';
import { differenceOf, type Draft } from './draft.ts';
import { PrincipalSelect } from './PrincipalSelect.tsx';
import css from './shares.module.css';

/** What one person may do here, and which share decides: with what is not saved yet counted in. */
export function CheckPerson({ of, draft }: { readonly of: Shared; readonly draft: Draft }) {
  const [who, setWho] = useState<Principal | null>(null);
  const difference = differenceOf(draft);
  const found = useQuery({
    queryKey: [...sharesKey(of), 'check', who?.id, difference],
    queryFn: ({ signal }) => askPreview(of, difference, who?.id as UserId, { signal }),
    placeholderData: keepPreviousData,
    enabled: who !== null,
    staleTime: 0,
    retry: false,
  });
  const checked = found.data?.checked;
  return (
    <section className={css.box}>
      <h2>{access('check')}</h2>
      <p className="dim">{access('checkText')}</p>
      <PrincipalSelect
        label={access('person')}
        placeholder={access('choosePerson')}
        kind="user"
        chosen={who}
        choose={setWho}
      />
      {Object.keys(draft).length > 0 && who && <p className="dim">{access('checkDraft')}</p>}
      {who && found.isError && <ErrorBox error={found.error} />}
      {who && found.isPending && <Bones />}
      <div role="status">{who && checked && <DerivationView who={checked.fullName} why={checked.why} />}</div>
    </section>
  );
}
