import {
  listPolicies,
  listResourceTypes,
  readResource,
  type Policy,
  type Resource,
  type ResourceType,
} from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { keys } from '../../lib/query.ts';

const longMs = 10 * 60_000;

/** The password policies; empty until they are there. */
export function usePolicies(): readonly Policy[] {
  const { data } = useQuery({
    queryKey: keys.policies,
    queryFn: ({ signal }) => ask(listPolicies, {}, { signal }),
    staleTime: longMs,
  });
  return data?.items ?? [];
}

/** The resource types; empty until they are there. */
export function useResourceTypes(): readonly ResourceType[] {
  const { data } = useQuery({
    queryKey: keys.resourceTypes,
    queryFn: ({ signal }) => ask(listResourceTypes, {}, { signal }),
    staleTime: longMs,
  });
  return data?.items ?? [];
}

/** One resource, from the cache where it is fresh. */
export function useResource(id: string | null) {
  return useQuery<Resource>({
    queryKey: keys.resource(id ?? ''),
    queryFn: ({ signal }) => ask(readResource, { resourceId: id ?? '' }, { signal }),
    enabled: id !== null,
  });
}

/** The policy that holds: the first that is named, else the organisation's default. */
export function policyOf(
  policies: readonly Policy[],
  ...ids: readonly (string | null | undefined)[]
): Policy | undefined {
  const id = ids.find((candidate) => candidate);
  return policies.find((policy) => policy.id === id) ?? policies.find((policy) => policy.isDefault) ?? policies[0];
}
