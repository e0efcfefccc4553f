import { readSshCommandLine } from '@strongroom/contract';
import { IconTerminal2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { ask } from '../../lib/client.ts';
import { sshCommandLine } from '../../lib/messages/ssh-command-line.ts';
import { Bones } from '../../ui/Bones.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import css from './programs.module.css';

/** Each command as it is written behind the part that all have. */
const commands = [
  ['retrieve', 'RETRIEVE --resource=NAME --account=NAME --reason=TEXT --ticketid=ID'],
  ['resetLocal', 'RESET_LOCAL --resource=NAME --account=NAME --newpassword=PASSWORD --reason=TEXT --ticketid=ID'],
  ['resetRemote', 'RESET_REMOTE --resource=NAME --account=NAME --newpassword=PASSWORD --reason=TEXT --ticketid=ID'],
  ['create', 'CREATE --resource=NAME --account=NAME --newpassword=PASSWORD --resourcetype=TYPE --notes=TEXT'],
] as const;
const exits = [0, 1, 2, 3, 4, 255] as const;

/** How programs fetch and change passwords with ssh: address, host key, commands, exit statuses. */
export function SshSection() {
  const found = useQuery({
    queryKey: ['ssh-command-line'],
    queryFn: ({ signal }) => ask(readSshCommandLine, {}, { signal }),
  });
  if (found.isError) return <ErrorBox error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Bones />;
  const { port, hostKey, fingerprint } = found.data;
  if (port === null || hostKey === null || fingerprint === null)
    return <EmptyState icon={IconTerminal2} title={sshCommandLine('off')} text={sshCommandLine('offText')} />;
  const host = window.location.hostname;
  // As OpenSSH writes it: another port than its own stands with the host in brackets.
  const known = `${port === 22 ? host : `[${host}]:${String(port)}`} ${hostKey}`;
  return (
    <div className={css.cards}>
      <FormSection title={sshCommandLine('door')} text={sshCommandLine('doorText')}>
        <Details items={[[sshCommandLine('port'), String(port)]]} />
        <CopyField label={sshCommandLine('fingerprint')} value={fingerprint} />
        <CopyField label={sshCommandLine('knownHosts')} description={sshCommandLine('knownHostsHelp')} value={known} />
      </FormSection>
      <FormSection title={sshCommandLine('commands')} text={sshCommandLine('commandsText')}>
        <CopyField
          label={sshCommandLine('begins')}
          value={`ssh -q -p ${String(port)} USER@${host} -i KEYFILE RETRIEVE`}
        />
        <Details
          items={commands.map(
            ([name, command]) =>
              [
                sshCommandLine(name),
                <code key={name} className={`mono ${css.address}`}>
                  {command.split(' ').map((part, index) => (
                    <Fragment key={part}>
                      {index > 0 && ' '}
                      <span className={css.part}>{part}</span>
                    </Fragment>
                  ))}
                </code>,
              ] as const,
          )}
        />
      </FormSection>
      <FormSection title={sshCommandLine('exits')}>
        <Details items={exits.map((exit) => [String(exit), sshCommandLine(`exit${exit}Text`)] as const)} />
      </FormSection>
    </div>
  );
}
