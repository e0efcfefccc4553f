import { listFields, listTags, type Field, type FieldBelongsTo, type Tag } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';

const longMs = 10 * 60_000;
export const customKeys = { fields: ['fields'] as const, tags: ['tags'] as const };

/** The organisation's own fields of resources or accounts, in their order; empty until they are there. */
export function useFields(belongsTo: FieldBelongsTo): readonly Field[] {
  const { data } = useQuery({
    queryKey: customKeys.fields,
    queryFn: ({ signal }) => ask(listFields, {}, { signal }),
    staleTime: longMs,
    select: (reply) => reply.items.filter((field) => field.belongsTo === belongsTo),
  });
  return data ?? [];
}

/** Every tag with its values; empty until they are there. */
export function useTags(): readonly Tag[] {
  const { data } = useQuery({
    queryKey: customKeys.tags,
    queryFn: ({ signal }) => ask(listTags, {}, { signal }),
    staleTime: longMs,
  });
  return data?.items ?? [];
}
