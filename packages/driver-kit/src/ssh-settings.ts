import { z } from 'zod';
import { loginWithField, protocolFields, timeLimitField, withPort, wording, type Protocol } from './device-settings.ts';

/** Text of the questions a Unix asks; each may be several alternatives between `|`, in any case. */
export interface Prompts {
  readonly su: string;
  readonly current: string;
  readonly next: string;
  readonly again: string;
  /** How the command line of the log-in shell ends, over Telnet. */
  readonly shell?: string;
}

/** The settings every Unix has, over SSH or Telnet. The port and the time are for whoever dials, the rest for the driver. */
export interface SshSettings {
  readonly protocol: Protocol;
  readonly port: number;
  readonly loginWith: 'the account itself' | 'another account';
  readonly proveBy: 'log-in' | 'su';
  readonly elevation: 'none' | 'sudo' | 'su';
  readonly prompts: Prompts;
  readonly timeoutSeconds: number;
}

/** The settings of a family of Unixes, with its own prompts and the elevations it knows. */
export function sshSettings(
  prompts: Prompts,
  elevations: readonly SshSettings['elevation'][] = ['none', 'sudo', 'su'],
  protocols: readonly Protocol[] = ['SSH', 'Telnet'],
): z.ZodType<SshSettings> {
  return withPort(
    z.object({
      ...protocolFields(protocols),
      loginWith: loginWithField,
      proveBy: z.enum(['log-in', 'su']).default('log-in').meta({
        title: 'Verify by',
        description:
          'Log-in signs in as the account. Su signs in with the other account and runs su, for accounts that may not log in from outside.',
      }),
      elevation: z.enum(elevations).default('none').meta({
        title: 'Become root by',
        description: 'How the login account gets the right to set a password. Su needs root as a second account.',
      }),
      prompts: z
        .object({
          su: wording('Su asks', prompts.su, 'Text of the question for the password of su.'),
          current: wording('Passwd asks for the old password', prompts.current),
          next: wording('Passwd asks for the new password', prompts.next),
          again: wording('Passwd asks again', prompts.again),
          shell: wording(
            'Command line ends in',
            prompts.shell ?? '$ | # | % | >',
            'What the log-in shell writes when it is ready, over Telnet.',
          ),
        })
        .prefault({})
        .meta({ title: 'Prompts', description: 'Part of each question, as the target words it.' }),
      timeoutSeconds: timeLimitField,
    }),
  );
}
