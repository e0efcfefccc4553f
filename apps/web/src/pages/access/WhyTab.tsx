import { explainAccess, type UserId } from '@strongroom/contract';
import { IconHelpCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { access } from '../../lib/messages/access.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import css from './access.module.css';
import { actionOf } from './asking.ts';
import { isAhead } from './AtField.tsx';
import { ExplanationView } from './ExplanationView.tsx';
import { Question, useQuestion } from './Question.tsx';

/** Why a person may or may not do something, now or then. */
export function WhyTab() {
  const question = useQuestion();
  const { user, object, at, kind, deed } = question;
  const asked = user !== undefined && object !== undefined;
  const query = useQuery({
    queryKey: ['access', 'why', user, kind, object, deed, at],
    queryFn: ({ signal }) =>
      ask(
        explainAccess,
        {
          userId: (user ?? '') as UserId,
          action: actionOf(kind, deed),
          objectId: object ?? '',
          ...(at ? { at } : {}),
        },
        { signal },
      ),
    enabled: asked && !isAhead(at),
    retry: false,
  });
  return (
    <>
      <Question of={question} past />
      {!asked ? (
        <EmptyState icon={IconHelpCircle} title={access('askWhy')} />
      ) : query.isError ? (
        <ErrorBox error={query.error} />
      ) : query.data ? (
        <section className={css.answer} role="status">
          {at && <p>{access('thenAt', { when: exact(at) })}</p>}
          <ExplanationView said={query.data} who={question.whoName} deed={deed} name={question.objectName} />
        </section>
      ) : (
        !isAhead(at) && <Bones />
      )}
    </>
  );
}
