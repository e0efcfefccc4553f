import type { ResourceType } from '@strongroom/contract';

/** The details of a resource as a form holds them. Text that is not set is empty. */
export interface DetailsDraft {
  readonly name: string;
  readonly dnsName: string;
  readonly description: string;
  readonly department: string;
  readonly location: string;
  readonly domain: string;
  readonly url: string;
  readonly policyId: string | null;
}
export const emptyDetails: DetailsDraft = {
  name: '',
  dnsName: '',
  description: '',
  department: '',
  location: '',
  domain: '',
  url: '',
  policyId: null,
};

type Attribute = ResourceType['attributes'][number];
/** Whether a type shows an attribute. Before the type is known, all are shown. */
export function shows(type: ResourceType | undefined, attribute: Attribute): boolean {
  return type === undefined || type.attributes.includes(attribute);
}

/** The details without what the type does not show: a value left from another type must not be stored unseen. */
export function detailsOf(draft: DetailsDraft, type: ResourceType | undefined): DetailsDraft {
  const text = (attribute: Attribute & keyof DetailsDraft) => (shows(type, attribute) ? draft[attribute].trim() : '');
  return {
    name: draft.name.trim(),
    policyId: draft.policyId,
    dnsName: text('dnsName'),
    description: text('description'),
    department: text('department'),
    location: text('location'),
    domain: text('domain'),
    url: text('url'),
  };
}
