import { Checkbox } from '@mantine/core';
import { Scope } from '@strongroom/contract';
import type { ReactNode } from 'react';
import { me } from '../../lib/messages/me.ts';
import css from './me.module.css';

/** Which scopes a token carries, each with what it opens. */
export function ScopeField(props: {
  readonly value: readonly Scope[];
  readonly change: (scopes: Scope[]) => void;
  readonly label: string;
  readonly description?: string;
  readonly error?: ReactNode;
}) {
  return (
    <Checkbox.Group
      label={props.label}
      description={props.description}
      withAsterisk
      inputWrapperOrder={['label', 'description', 'input', 'error']}
      value={[...props.value]}
      onChange={(chosen) => props.change(Scope.options.filter((scope) => chosen.includes(scope)))}
      error={props.error}
    >
      <div className={css.scopes}>
        {Scope.options.map((scope) => (
          <Checkbox key={scope} value={scope} label={me(`scope.${scope}`)} description={me(`scope.${scope}.says`)} />
        ))}
      </div>
    </Checkbox.Group>
  );
}
