import type { ResourceType } from '@strongroom/contract';
import { files } from '../../lib/messages/files.ts';
import { resources } from '../../lib/messages/resources.ts';
import { AccountRows } from '../../parts/accounts/AccountRows.tsx';
import { policyOf, usePolicies } from '../../parts/accounts/use-lists.ts';
import { FormSection } from '../../ui/FormSection.tsx';
import type { Draft } from './draft.ts';

/** Who logs in to it. */
export function AccountsStep(props: {
  readonly draft: Draft;
  readonly change: (more: Partial<Draft>) => void;
  readonly type: ResourceType | undefined;
  readonly name: string;
  readonly errors: Readonly<Record<string, string>>;
  readonly checked: boolean;
}) {
  const { draft, change } = props;
  const policy = policyOf(usePolicies(), draft.details.policyId);
  return (
    <FormSection
      title={props.type?.holdsFiles ? files('whatIsKept') : resources('whoLogsIn')}
      text={
        props.type?.holdsFiles
          ? files('accountsText', { name: props.name })
          : resources('accountsText', { name: props.name, policy: policy?.name ?? '' })
      }
    >
      <AccountRows
        rows={draft.accounts}
        onChange={(accounts) => change({ accounts })}
        label={props.type?.accountLabel ?? ''}
        policy={policy}
        resourceType={draft.type ?? ''}
        holdsFiles={props.type?.holdsFiles ?? false}
        checked={props.checked}
        errors={props.errors}
      />
    </FormSection>
  );
}
