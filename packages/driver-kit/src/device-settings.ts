import { z } from 'zod';

/** How a target's command line is reached. */
export type Protocol = 'SSH' | 'Telnet';

const port = z.int().min(1).max(65535).default(22).meta({
  title: 'Port',
  description: '22 for SSH. With Telnet, 22 stands for 23.',
});

/** Protocol and port, of a target that speaks these. Goes with `withPort`. */
export const protocolFields = (protocols: readonly Protocol[] = ['SSH', 'Telnet']) => ({
  protocol: z
    .enum(protocols)
    .default('SSH')
    .meta({
      title: 'Protocol',
      description: protocols.includes('Telnet')
        ? 'Telnet sends passwords in clear text, and no key proves which machine answers: only for networks that nobody else can read or change.'
        : 'The only one it speaks.',
    }),
  port,
});

/** Settings whose port follows the protocol: nobody serves Telnet on port 22, so there it stands for Telnet's own. */
export function withPort<I, S extends { readonly protocol: Protocol; readonly port: number }>(
  schema: z.ZodType<S, I>,
): z.ZodType<S, I> {
  return schema.transform((given) =>
    given.protocol === 'Telnet' && given.port === 22 ? { ...given, port: 23 } : given,
  );
}

/** A text that a device writes, with alternatives between `|`. */
export const wording = (title: string, standard: string, description = 'Alternatives between |.') =>
  z.string().trim().min(1).max(200).default(standard).meta({ title, description });

/** Who signs in. */
export const loginWithField = z.enum(['the account itself', 'another account']).default('the account itself').meta({
  title: 'Log in with',
  description: 'The account whose password is set, or another account that signs in for it.',
});

/** Seconds, for connecting and signing in, and for each answer of the device. */
export const timeLimitField = z.int().min(1).max(300).default(20).meta({
  title: 'Time limit',
  description: 'Seconds to connect and sign in, and seconds for each answer.',
});

/** What all devices with a command line have: who signs in, over what, and how long it may take. */
export const deviceFields = { ...protocolFields(), loginWith: loginWithField, timeoutSeconds: timeLimitField };

/** The same of every device. */
export interface DeviceSettings {
  readonly protocol: Protocol;
  readonly port: number;
  readonly loginWith: 'the account itself' | 'another account';
  readonly timeoutSeconds: number;
}

/** Whether the device asks for a name over Telnet, or only for a password. */
export const asksUsernameField = z.boolean().default(true).meta({
  title: 'Account name required for log-in',
  description: 'Off where a Telnet log-in asks for a password alone. SSH always wants a name.',
});

/** Whether what was changed is also written to where the device starts from. */
export const saveField = (title: string) =>
  z.boolean().default(false).meta({
    title,
    description:
      'Off, the device has the old password again after it restarts. On, every other change that nobody has saved yet is saved with it.',
  });
