import { SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { me as words } from '../../lib/messages/me.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { FormSection } from '../../ui/FormSection.tsx';
import { MeFrame } from './MeFrame.tsx';
import css from './me.module.css';

function Choice(props: {
  readonly title: string;
  readonly help?: string;
  readonly children: (labelId: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className={css.choice}>
      <div>
        <b id={id}>{props.title}</b>
        {props.help && <span className={css.help}>{props.help}</span>}
      </div>
      {props.children(id)}
    </div>
  );
}

/** What this browser remembers of how one likes the console. Each change counts at once. */
export default function PreferencesPage() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [preferences, set] = usePreferences();
  return (
    <MeFrame tab="preferences" sub={words('preferences.sub')}>
      <FormSection title={words('preferences.title')}>
        <Choice title={words('preferences.theme')}>
          {(id) => (
            <SegmentedControl
              aria-labelledby={id}
              value={colorScheme}
              onChange={(value) => setColorScheme(value === 'light' || value === 'dark' ? value : 'auto')}
              data={(['auto', 'light', 'dark'] as const).map((value) => ({
                value,
                label: words(`preferences.theme.${value}`),
              }))}
            />
          )}
        </Choice>
        <Choice title={words('preferences.density')}>
          {(id) => (
            <SegmentedControl
              aria-labelledby={id}
              value={preferences.density}
              onChange={(value) => set({ density: value === 'compact' ? 'compact' : 'normal' })}
              data={(['normal', 'compact'] as const).map((value) => ({
                value,
                label: words(`preferences.density.${value}`),
              }))}
            />
          )}
        </Choice>
        <Choice title={words('preferences.shortcuts')} help={words('preferences.shortcutsHelp')}>
          {(id) => (
            <Switch
              aria-labelledby={id}
              checked={preferences.shortcuts === 'on'}
              onChange={(event) => set({ shortcuts: event.currentTarget.checked ? 'on' : 'off' })}
            />
          )}
        </Choice>
      </FormSection>
    </MeFrame>
  );
}
