import { Button } from '@mantine/core';
import { openRequestLink, type AccessRequest } from '@strongroom/contract';
import { IconLinkOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { requests } from '../../lib/messages/requests.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { forgetFragmentToken, takeFragmentToken } from '../login/fragment-token.ts';
import { Decide } from './Decide.tsx';
import css from './requests.module.css';
import { RequestView } from './RequestView.tsx';

/** The page behind the link in a mail: one request, for the approver it was sent to, to be decided once. */
export default function LinkPage() {
  const [token] = useState(takeFragmentToken);
  const [after, setAfter] = useState<AccessRequest | null>(null);
  const found = useQuery({
    // The token is not part of the key: keys are kept longer than it should be.
    queryKey: ['request-link'],
    queryFn: ({ signal }) => ask(openRequestLink, { token }, { signal }),
    enabled: after === null && token !== '',
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });
  const request = after ?? found.data;
  const dead =
    token === '' ||
    (found.isError && found.error instanceof ProblemError && found.error.status >= 400 && found.error.status < 500);
  return (
    <div className={css.page}>
      <PageHeader title={requests('linkTitle')} sub={requests(after ? 'linkDone' : 'linkSub')} />
      {!request && !dead && found.isPending && <Bones />}
      {!request && !dead && found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
      {!request && dead && (
        <EmptyState icon={IconLinkOff} title={requests('linkGone')} text={requests('linkGoneText')}>
          <Button component={Link} to="/requests" variant="default">
            {requests('linkInbox')}
          </Button>
        </EmptyState>
      )}
      {request && (
        <div className={css.link}>
          <RequestView request={request} />
          {after === null && (
            <Decide
              request={request}
              token={token}
              decided={(result) => {
                forgetFragmentToken();
                setAfter(result);
              }}
            />
          )}
          {after !== null && (
            <p>
              <Button component={Link} to="/requests" variant="default">
                {requests('linkInbox')}
              </Button>
            </p>
          )}
        </div>
      )}
    </div>
  );
}
