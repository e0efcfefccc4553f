// The contract: every call, reply and problem as zod. Console, command line and server take their types from here.
// It owns the shapes on the wire and imports nothing of ours.
// It does not decide, store or fetch anything.
import * as audit from './audit.ts';
import type { Call } from './call.ts';
import * as identity from './identity.ts';
import * as install from './install.ts';
import * as resource from './resource.ts';
import type { z } from 'zod';

export * from './audit.ts';
export * from './call.ts';
export * from './identity.ts';
export * from './ids.ts';
export * from './install.ts';
export * from './resource.ts';

const isCall = (value: unknown): value is Call<string, z.ZodType, z.ZodType> =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'reply' in value;

/** Every call of the product, in the order of the files. */
export const calls: readonly Call<string, z.ZodType, z.ZodType>[] = [identity, install, resource, audit].flatMap(
  (file) => Object.values(file).filter(isCall),
);
