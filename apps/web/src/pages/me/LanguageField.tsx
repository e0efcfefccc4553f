import { Select } from '@mantine/core';
import { me } from '../../lib/messages/me.ts';

/** Languages to choose from, as BCP 47 tags. */
const languages: readonly string[] = [
  'en',
  'cs',
  'da',
  'de',
  'es',
  'fi',
  'fr',
  'it',
  'ja',
  'ko',
  'nb',
  'nl',
  'pl',
  'pt',
  'sv',
  'tr',
  'uk',
  'zh',
];

/** A language in its own words, such as ‘français’; its tag where the browser has no word for it. */
function inItself(tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** A field for the language somebody wants to be written to in. A stored tag that is not listed stays selectable. */
export function LanguageField(props: {
  readonly value: string;
  readonly change: (language: string) => void;
  readonly disabled?: boolean;
}) {
  const tags = languages.includes(props.value) ? languages : [props.value, ...languages];
  return (
    <Select
      label={me('profile.language')}
      description={me('profile.languageHelp')}
      data={tags.map((tag) => ({ value: tag, label: inItself(tag) }))}
      value={props.value}
      onChange={(tag) => tag && props.change(tag)}
      searchable
      allowDeselect={false}
      disabled={props.disabled ?? false}
    />
  );
}
