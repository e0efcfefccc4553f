import type { TicketSystem } from '@strongroom/contract';
import { jira } from './jira.ts';
import { serviceDeskPlus, serviceDeskPlusOnDemand } from './servicedesk-plus.ts';
import { serviceNow } from './servicenow.ts';
import type { System } from './system.ts';
import { zendesk } from './zendesk.ts';

/** How each kind of ticketing system is asked that needs no module. MSP speaks as on premises does. */
export const systems: Readonly<Record<Exclude<TicketSystem, 'other'>, System>> = {
  'servicedesk-plus': serviceDeskPlus,
  'servicedesk-plus-msp': serviceDeskPlus,
  'servicedesk-plus-on-demand': serviceDeskPlusOnDemand,
  servicenow: serviceNow,
  jira,
  zendesk,
};
