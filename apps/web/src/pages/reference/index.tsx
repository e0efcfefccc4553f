import { Button, TextInput } from '@mantine/core';
import { IconDownload, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { base, ProblemError } from '../../lib/client.ts';
import { reference } from '../../lib/messages/reference.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { CallView } from './CallView.tsx';
import { callsOf, groupsOf, searchCalls, type OpenApi } from './openapi.ts';
import css from './reference.module.css';

const address = `${base}/openapi.json`;

/** The description of the API. Not a call of the contract: it is what the contract is written down as. */
async function readDocument(signal: AbortSignal): Promise<OpenApi> {
  const response = await fetch(address, { credentials: 'same-origin', signal });
  if (!response.ok) {
    const requestId = response.headers.get('x-request-id');
    throw new ProblemError({
      status: response.status,
      code: 'internal',
      title: reference('reference.failed'),
      ...(requestId ? { requestId } : {}),
    });
  }
  return (await response.json()) as OpenApi;
}

/** Every call of the API with its input, reply and an example, made from the server's own description. */
export default function Reference() {
  const [url, set] = useUrlState(['q'] as const);
  const anchor = useLocation({ select: (location) => location.hash });
  const document = useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => readDocument(signal),
    staleTime: Infinity,
  });
  const calls = useMemo(() => (document.data ? callsOf(document.data, location.origin) : []), [document.data]);
  const found = useMemo(() => searchCalls(calls, url.q ?? ''), [calls, url.q]);
  const scrollHere = useCallback(
    (list: HTMLDivElement | null) => {
      if (list && anchor) list.ownerDocument.getElementById(anchor)?.scrollIntoView();
    },
    [anchor],
  );
  return (
    <div className={css.page}>
      <PageHeader
        title={reference('reference.title')}
        stack
        sub={
          document.data
            ? reference('reference.sub', { version: document.data.info.version, n: calls.length })
            : '\u00a0'
        }
      >
        <Button
          component="a"
          href={address}
          download="strongroom-openapi.json"
          variant="default"
          leftSection={<IconDownload size={15} />}
        >
          {reference('reference.document')}
        </Button>
      </PageHeader>
      <p className={css.lead}>
        {reference.rich('reference.token', {
          header: <code className="mono">authorization: Bearer …</code>,
          link: (
            <Link to="/me/security" className="link">
              {reference('reference.tokenPage')}
            </Link>
          ),
        })}
      </p>
      <TextInput
        aria-label={reference('reference.search')}
        placeholder={reference('reference.search')}
        leftSection={<IconSearch size={15} />}
        defaultValue={url.q ?? ''}
        onChange={(event) => set({ q: event.currentTarget.value })}
        autoComplete="off"
        spellCheck={false}
        className={css.search}
      />
      {document.data ? (
        found.length > 0 ? (
          <div ref={scrollHere}>
            {groupsOf(found).map(([area, inside]) => (
              <section key={area} aria-labelledby={`area-${area}`}>
                <h2 id={`area-${area}`} className={css.area}>
                  {area}
                </h2>
                <div className={`card ${css.calls}`}>
                  {inside.map((call) => (
                    <CallView key={call.id} call={call} startsOpen={call.id === anchor} />
                  ))}
                </div>
              </section>
            ))}
          </div>
        ) : (
          <EmptyState icon={IconSearch} title={reference('reference.none')} />
        )
      ) : document.isError ? (
        <ErrorBox error={document.error} retry={() => void document.refetch()} />
      ) : (
        <Bones />
      )}
    </div>
  );
}
