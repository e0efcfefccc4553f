import { readNotices, setNotices } from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { readRules, writeRules } from './rules.ts';

const groupOf = (input: { groupId: string }): string => input.groupId;

/** Who is told what happens to the passwords of a resource group. */
export const noticeEndpoints = (): Endpoint[] => [
  endpoint(readNotices, { object: groupOf, run: (grant) => readRules(grant.db, grant.objectId) }),
  endpoint(setNotices, {
    object: groupOf,
    async run(grant, input, facts) {
      await writeRules(grant, facts, input.rules);
      return readRules(grant.db, grant.objectId);
    },
  }),
];
