import { z } from 'zod';

/** Text of the questions a Unix asks; each may be several alternatives between `|`, in any case. */
export interface Prompts {
  readonly su: string;
  readonly current: string;
  readonly next: string;
  readonly again: string;
}

/** The settings every target over SSH has. The port and the time are for whoever dials, the rest for the driver. */
export interface SshSettings {
  readonly port: number;
  readonly loginWith: 'the account itself' | 'another account';
  readonly proveBy: 'log-in' | 'su';
  readonly elevation: 'none' | 'sudo' | 'su';
  readonly prompts: Prompts;
  readonly timeoutSeconds: number;
}

const text = (title: string, description: string, standard: string) =>
  z.string().trim().min(1).max(200).default(standard).meta({ title, description });

/** The settings of a family of SSH targets, with its own prompts and the elevations it knows. */
export function sshSettings(
  prompts: Prompts,
  elevations: readonly SshSettings['elevation'][] = ['none', 'sudo', 'su'],
): z.ZodType<SshSettings> {
  return z.object({
    port: z.int().min(1).max(65535).default(22).meta({ title: 'Port' }),
    loginWith: z.enum(['the account itself', 'another account']).default('the account itself').meta({
      title: 'Log in with',
      description: 'The account whose password is set, or another account that signs in for it.',
    }),
    proveBy: z.enum(['log-in', 'su']).default('log-in').meta({
      title: 'Verify by',
      description:
        'Log-in signs in over SSH. Su signs in with the other account and runs su, for accounts that may not log in over SSH.',
    }),
    elevation: z.enum(elevations).default('none').meta({
      title: 'Become root by',
      description: 'How the login account gets the right to set a password. Su needs root as a second account.',
    }),
    prompts: z
      .object({
        su: text('Su asks', 'Text of the question for the password of su.', prompts.su),
        current: text('Passwd asks for the old password', 'Alternatives between |.', prompts.current),
        next: text('Passwd asks for the new password', 'Alternatives between |.', prompts.next),
        again: text('Passwd asks again', 'Alternatives between |.', prompts.again),
      })
      .prefault({})
      .meta({ title: 'Prompts', description: 'Part of each question, as the target words it.' }),
    timeoutSeconds: z.int().min(1).max(300).default(20).meta({
      title: 'Time limit',
      description: 'Seconds to connect and sign in, and seconds for each command.',
    }),
  });
}
