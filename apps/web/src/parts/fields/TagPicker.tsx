import { MultiSelect } from '@mantine/core';
import { custom } from '../../lib/messages/custom.ts';
import { useTags } from './use-custom.ts';

/** Chooses values of tags, grouped by their tag. Nothing where the organisation has no tags. */
export function TagPicker({
  value,
  onChange,
  always = false,
}: {
  readonly value: readonly string[];
  readonly onChange: (ids: string[]) => void;
  /** Shown even where there is no tag yet. */
  readonly always?: boolean;
}) {
  const tags = useTags();
  if (tags.length === 0 && !always) return null;
  return (
    <MultiSelect
      label={custom('tags')}
      description={custom('tagsHelp')}
      data={tags.map((tag) => ({
        group: tag.name,
        items: tag.values.map(({ id, value: text }) => ({ value: id, label: `${tag.name}: ${text}` })),
      }))}
      value={[...value]}
      onChange={onChange}
      searchable
      clearable
      hidePickedOptions
      limit={200}
      nothingFoundMessage={custom('tagsNone')}
      comboboxProps={{ withinPortal: true }}
    />
  );
}
