// The contract: every call, reply and problem as zod. Console, command line and server take their types from here.
// It owns the shapes on the wire and imports nothing of ours.
// It does not decide, store or fetch anything.
import * as account from './account.ts';
import * as audit from './audit.ts';
import type { Call } from './call.ts';
import * as identity from './identity.ts';
import * as install from './install.ts';
import * as password from './password.ts';
import * as policy from './policy.ts';
import * as resource from './resource.ts';
import * as role from './role.ts';
import * as setting from './setting.ts';
import * as user from './user.ts';
import * as userGroup from './user-group.ts';
import * as explorer from './explorer.ts';
import * as group from './group.ts';
import * as access from './access.ts';
import * as field from './field.ts';
import * as tag from './tag.ts';
import * as type from './type.ts';
import * as file from './file.ts';
import * as task from './task.ts';
import * as importing from './import.ts';
import * as search from './search.ts';
import * as mail from './mail.ts';
import * as notice from './notice.ts';
import * as run from './run.ts';
import * as schedule from './schedule.ts';
import * as consumer from './consumer.ts';
import * as script from './script.ts';
import * as key from './key.ts';
import * as listener from './listener.ts';
import * as webhook from './webhook.ts';
import * as checkout from './checkout.ts';
import * as ticket from './ticket.ts';

import type { z } from 'zod';

export * from './account.ts';
export * from './audit.ts';
export * from './call.ts';
export * from './identity.ts';
export * from './ids.ts';
export * from './install.ts';
export * from './password.ts';
export * from './policy.ts';
export * from './resource.ts';
export * from './role.ts';
export * from './setting.ts';
export * from './user.ts';
export * from './user-group.ts';
export * from './explorer.ts';
export * from './group.ts';
export * from './access.ts';
export * from './field.ts';
export * from './tag.ts';
export * from './type.ts';
export * from './file.ts';
export * from './task.ts';
export * from './import.ts';
export * from './search.ts';
export * from './mail.ts';
export * from './notice.ts';
export * from './run.ts';
export * from './schedule.ts';
export * from './consumer.ts';
export * from './script.ts';
export * from './key.ts';
export * from './listener.ts';
export * from './webhook.ts';
export * from './checkout.ts';
export * from './ticket.ts';

const isCall = (value: unknown): value is Call<string, z.ZodType, z.ZodType> =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'reply' in value;

/** Every call of the product, in the order of the files. */
export const calls: readonly Call<string, z.ZodType, z.ZodType>[] = [
  identity,
  user,
  role,
  userGroup,
  setting,
  mail,
  install,
  type,
  field,
  tag,
  policy,
  resource,
  account,
  password,
  file,
  group,
  notice,
  explorer,
  access,
  task,
  run,
  schedule,
  consumer,
  script,
  key,
  listener,
  webhook,
  checkout,
  ticket,
  importing,
  search,
  audit,
].flatMap((file) => Object.values(file).filter(isCall));

/** Every call that carries a file: one side of it is bytes. */
export const fileCalls = [...file.fileCalls, importing.uploadImport, importing.downloadSkippedLines] as const;
