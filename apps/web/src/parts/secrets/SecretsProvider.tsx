import { revealAccount, revealFormer } from '@strongroom/contract';
import {
  createContext,
  lazy,
  Suspense,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { secrets } from '../../lib/messages/secrets.ts';
import { tell } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { toastProblem } from '../../ui/toast.tsx';
import type { Why, WhyQuestion } from './why.ts';

const WhyDialog = lazy(() => import('./WhyDialog.tsx'));
const TwoPasswords = lazy(() => import('./TwoPasswords.tsx'));

/** Which account, as far as prompts and calls need it. */
export interface Subject {
  readonly id: string;
  readonly username: string;
  readonly resourceName: string;
}

interface Secrets {
  /** Opens the current password, or a former one. Prompts where settings or the server demand a reason. Null when the person gives up or it is refused. */
  readonly reveal: (subject: Subject, purpose: 'show' | 'copy', version?: number) => Promise<string | null>;
  /** Does something that asks for a reason as a reveal does, prompting where settings or the server demand one. `id`: of what, so that one answer holds for five minutes. Null when the person gives up or it is refused. */
  readonly withWhy: <T>(id: string, title: string, does: (why: Why) => Promise<T>) => Promise<T | null>;
  /** Asks for a reason when the organisation wants one for changes. Null when the person gives up. */
  readonly whyChange: (subject: Subject, title: string) => Promise<Why | null>;
}
const Context = createContext<Secrets | null>(null);

/** How passwords are opened from anywhere inside the shell. */
export function useSecrets(): Secrets {
  const value = useContext(Context);
  if (!value) throw new Error('useSecrets outside the shell');
  return value;
}

/** An account's name for buttons and titles: `root on fra-app-lnx-042`. */
export function nameOf(subject: Subject): string {
  return secrets('name', { username: subject.username, resource: subject.resourceName });
}

const wanted = (error: unknown): 'reason' | 'ticket' | null => {
  if (!(error instanceof ProblemError)) return null;
  if (error.code === 'reason-required') return 'reason';
  return error.code === 'ticket-required' ? 'ticket' : null;
};
/** A reason given for an account holds for five minutes: showing, then copying, asks once. */
const goodForMs = 5 * 60_000;

interface Open {
  readonly question: WhyQuestion;
  readonly answer: (why: Why | null) => void;
}

/** Holds the prompts around passwords, one at a time. It holds no password: those go to who asked, and nowhere else. */
export function SecretsProvider({ children }: { readonly children: ReactNode }) {
  const { preferences } = useMe();
  const [open, setOpen] = useState<Open | null>(null);
  const [two, setTwo] = useState<{ subject: Subject; current: string; candidate: string } | null>(null);
  const given = useRef(new Map<string, { readonly why: Why; readonly at: number }>());

  const prompt = useCallback(
    (question: WhyQuestion) => new Promise<Why | null>((answer) => setOpen({ question, answer })),
    [],
  );

  const withWhy = useCallback(
    async <T,>(id: string, title: string, does: (why: Why) => Promise<T>): Promise<T | null> => {
      const kept = given.current.get(id);
      let why: Why | null = kept && Date.now() - kept.at < goodForMs ? kept.why : null;
      let needs = { reason: preferences.reasonToReveal, ticket: preferences.ticketToReveal };
      let fault: string | undefined;
      for (;;) {
        if (fault !== undefined || (needs.reason && !why?.reason) || (needs.ticket && !why?.ticket)) {
          const before = why;
          why = await prompt({ title, ...needs, ...(before && { before }), ...(fault !== undefined && { fault }) });
          if (!why) return null;
          fault = undefined;
          given.current.set(id, { why, at: Date.now() });
        }
        try {
          return await does(why ?? {});
        } catch (error) {
          const more = wanted(error);
          // Access came under control, or somebody was quicker: the row says so as soon as it is fetched again.
          if (error instanceof ProblemError && /^(approval-required|checked-out)$/.test(error.code))
            void queries.invalidateQueries({ queryKey: keys.accounts });
          if (error instanceof ProblemError && /^ticket-(refused|unchecked)$/.test(error.code)) {
            // Said where the ticket was typed, which stands there to be set right.
            given.current.delete(id);
            needs = { ...needs, ticket: true };
            fault = tell(error).text;
            continue;
          }
          if (!more || why?.[more]) {
            given.current.delete(id);
            toastProblem(error);
            return null;
          }
          needs = { ...needs, [more]: true };
        }
      }
    },
    [preferences.reasonToReveal, preferences.ticketToReveal, prompt],
  );

  const reveal = useCallback(
    async (subject: Subject, purpose: 'show' | 'copy', version?: number): Promise<string | null> => {
      const former = version !== undefined;
      const title = secrets(former ? 'whyFormer' : purpose === 'show' ? 'whyShow' : 'whyCopy', {
        name: nameOf(subject),
      });
      return withWhy(subject.id, title, async (why) => {
        if (former) return (await ask(revealFormer, { accountId: subject.id, version, purpose, ...why })).password;
        const opened = await ask(revealAccount, { accountId: subject.id, purpose, ...why });
        if (opened.candidate === null) return opened.password;
        // Either may be the one that works: both are shown, apart, so that neither is mistaken for the only one.
        setTwo({ subject, current: opened.password, candidate: opened.candidate });
        return null;
      });
    },
    [withWhy],
  );

  const whyChange = useCallback(
    async (_: Subject, title: string): Promise<Why | null> =>
      preferences.reasonToChange ? prompt({ title, reason: true, ticket: false }) : {},
    [preferences.reasonToChange, prompt],
  );

  const value = useMemo(() => ({ reveal, withWhy, whyChange }), [reveal, withWhy, whyChange]);
  return (
    <Context.Provider value={value}>
      {children}
      <Suspense fallback={null}>
        {open && (
          <WhyDialog
            question={open.question}
            answer={(why) => {
              setOpen(null);
              open.answer(why);
            }}
          />
        )}
        {two && <TwoPasswords {...two} name={nameOf(two.subject)} close={() => setTwo(null)} />}
      </Suspense>
    </Context.Provider>
  );
}
