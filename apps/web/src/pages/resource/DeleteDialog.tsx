import { deleteResource, listAccounts, type Resource } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../../lib/client.ts';
import { resources } from '../../lib/messages/resources.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { ConfirmByName } from '../../ui/ConfirmByName.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './resource.module.css';

/** Asks before a resource is deleted: names the accounts that go with it, and has its name typed. */
export default function DeleteDialog({ resource, close }: { readonly resource: Resource; readonly close: () => void }) {
  const navigate = useNavigate();
  const me = useMe();
  const { data } = useQuery({
    queryKey: [...keys.accounts, 'of', resource.id, 'lost'],
    queryFn: ({ signal }) => ask(listAccounts, { resourceId: resource.id, limit: 5, sort: 'username' }, { signal }),
  });
  const count = data?.total ?? resource.accounts;
  return (
    <ConfirmByName
      open
      close={close}
      title={resources('removeTitle', { name: resource.name })}
      name={resource.name}
      keep={resources('removeKeep')}
      go={resources('remove')}
      does={async () => {
        await ask(deleteResource, { resourceId: resource.id });
        queries.removeQueries({ queryKey: keys.resource(resource.id) });
        await navigate({ to: '/resources' });
        await Promise.all(
          [keys.resources, keys.accounts, keys.dashboard].map((queryKey) => queries.invalidateQueries({ queryKey })),
        );
        toast({ message: resources('removed', { name: resource.name, count }) });
      }}
    >
      <p>{resources('removeText', { organisation: me.organisation.name })}</p>
      {count === 0 ? (
        <p>{resources('removeNone')}</p>
      ) : (
        <div>
          {resources('removeAccounts')}
          <ul className={css.lost}>
            {data?.items.map((account) => (
              <li key={account.id}>
                <bdi>{account.username}</bdi>
              </li>
            ))}
            {count > 5 && <li className="dim">{resources('removeMore', { count: count - 5 })}</li>}
          </ul>
        </div>
      )}
    </ConfirmByName>
  );
}
