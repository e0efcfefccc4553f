import { z } from 'zod';
import { protectionSettings, type ProtectionSettings } from './protection.ts';
import type { SqlError } from './ways/sql.ts';

/** What every database is asked for. */
export interface DatabaseSettings extends ProtectionSettings {
  readonly port: number;
  readonly loginWith: 'the account itself' | 'another account';
  readonly timeoutSeconds: number;
}

/** Properties of the settings of a database that listens on `port`. */
export function databaseSettings(port: number) {
  return {
    port: z.int().min(1).max(65535).default(port).meta({ title: 'Port' }),
    ...protectionSettings,
    loginWith: z.enum(['the account itself', 'another account']).default('the account itself').meta({
      title: 'Log in with',
      description: 'The account whose password is set, or an administrator that sets it.',
    }),
    timeoutSeconds: z.int().min(1).max(300).default(20).meta({
      title: 'Time limit',
      description: 'Seconds to connect, seconds to sign in, and seconds for each command.',
    }),
  };
}

/** One line about a refusal, with the server's own code before its words. */
export function sqlRefusal({ code, message }: SqlError): string {
  return code === '' ? message : `${code}: ${message}`;
}

/** A user name that no database stores, or that a line of its protocol could not carry: empty, or with control characters. */
export function badName(username: string): boolean {
  return username === '' || !username.isWellFormed() || /[\u0000-\u001f\u007f]/.test(username);
}
