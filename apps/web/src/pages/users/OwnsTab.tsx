import { Button } from '@mantine/core';
import { IconTransfer } from '@tabler/icons-react';
import type { UserDetail } from '@strongroom/contract';
import { users } from '../../lib/messages/users.ts';
import { number } from '../../lib/t.ts';
import { Details } from '../../ui/Facts.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import css from './users.module.css';

/** How much a user owns, and the way to give it to somebody else. */
export function OwnsTab({ user, transfer }: { readonly user: UserDetail; readonly transfer: () => void }) {
  const { resources, resourceGroups } = user.owns;
  return (
    <FormColumn>
      <FormSection title={users('owns.title')} text={users('owns.text')}>
        {resources + resourceGroups === 0 ? (
          <p className={css.say}>{users('owns.none', { name: user.fullName })}</p>
        ) : (
          <>
            <Details
              items={[
                [users('owns.resources'), number(resources)],
                [users('owns.groups'), number(resourceGroups)],
              ]}
            />
            {user.can.includes('user.transfer') && (
              <div>
                <Button variant="default" leftSection={<IconTransfer size={15} />} onClick={transfer}>
                  {users('owns.transfer')}
                </Button>
              </div>
            )}
          </>
        )}
      </FormSection>
    </FormColumn>
  );
}
