import type { NewAccount } from '@strongroom/contract';
import { policyId, refuseUnavailable, type Ask } from './ask.ts';
import { customFields, knownFields, withFields } from './custom-fields.ts';
import { given, type Details } from './input-data.ts';

/** Keys of an account that ask for what the product has not. */
export const unavailableOfAccount = [
  'ACCOUNTPASSWORDPOLICYID',
  'COMMAN_SET',
  'RECORD_RDP_SESSIONS',
  'RECORD_CLI_SESSIONS',
  'DISABLE_PASSWORD_RESETS',
  'CONFIGURE_PASSWORD_RESET',
  'ACCOUNT_RESOURCE_GROUP_IDS',
  'IIS_WEB_CONFIG_RESET',
  'IIS_APP_POOL_RESTART',
  'IIS_APP_POOL_RESET',
  'SERVICES_RESTART',
  'SERVICES_RESET',
  'SCHEDULED_TASK_RESET',
  'TOTP_SECRET',
  'TOTP_ALGORITHM',
  'TOTP_DIGITS',
  'TOTP_VALIDITY',
] as const;

/** An account to be made, from the client's keys about it. Throws `input-invalid` for what is no policy, and for what the product has not. */
export async function newAccount(ask: Ask, username: string, details: Details): Promise<NewAccount> {
  refuseUnavailable(details, unavailableOfAccount);
  const password = given(details, 'PASSWORD');
  const policy = await policyId(ask, details, 'ACCOUNTPASSWORDPOLICY');
  const { values, rest } = await knownFields(ask, 'account', customFields(details, 'ACCOUNTCUSTOMFIELD'));
  return {
    username,
    ...(password === undefined ? {} : { password }),
    notes: withFields(given(details, 'NOTES') ?? '', rest),
    fields: values,
    policyId: policy ?? null,
  };
}
