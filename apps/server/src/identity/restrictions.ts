import type { Restrictions } from '@strongroom/contract';
import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';

/** Each setting of a group, with what holds for whoever is in no group: what narrows does not, what widens does not either. */
export const ungrouped: Restrictions = {
  exportPasswords: true,
  personalPasswords: true,
  exportPersonal: true,
  manageCriteriaShares: false,
  ticketExempt: false,
  exportPlain: true,
  exportOffline: true,
};

/** What a user's groups leave them. The least wins: whatever one of their groups does not give, they do not have. */
export async function restrictionsOf(db: OrganisationDb, userId: string): Promise<Restrictions> {
  const { rows } = await sql<{ [K in keyof Restrictions]: boolean | null }>`select
      bool_and(g.export_passwords) as export_passwords, bool_and(g.personal_passwords) as personal_passwords,
      bool_and(g.export_personal) as export_personal, bool_and(g.manage_criteria_shares) as manage_criteria_shares,
      bool_and(g.ticket_exempt) as ticket_exempt, bool_and(g.export_plain) as export_plain, bool_and(g.export_offline) as export_offline
    from user_group_member m join user_group g on g.id = m.user_group_id where m.user_id = ${userId}`.execute(db);
  const found = rows[0];
  return {
    exportPasswords: found?.exportPasswords ?? ungrouped.exportPasswords,
    personalPasswords: found?.personalPasswords ?? ungrouped.personalPasswords,
    exportPersonal: found?.exportPersonal ?? ungrouped.exportPersonal,
    manageCriteriaShares: found?.manageCriteriaShares ?? ungrouped.manageCriteriaShares,
    ticketExempt: found?.ticketExempt ?? ungrouped.ticketExempt,
    exportPlain: found?.exportPlain ?? ungrouped.exportPlain,
    exportOffline: found?.exportOffline ?? ungrouped.exportOffline,
  };
}
