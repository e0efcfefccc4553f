import type { LoginRules } from '@strongroom/contract';
import type { ReactNode } from 'react';
import { me } from '../../lib/messages/me.ts';
import { PasswordInput, RuleList } from '../../ui/PasswordInput.tsx';
import { checkPassword, type Check } from './password-checks.ts';

const say = (check: Check): string => {
  switch (check.id) {
    case 'length':
      return me('check.length', { n: check.n });
    case 'mixed':
      return me('check.mixed');
    case 'notName':
      return me('check.notName');
  }
};

/** A field for a new log-in password, with the points it must meet ticked off while one types. */
export function NewPassword(props: {
  readonly label: string;
  readonly value: string;
  readonly change: (password: string) => void;
  /** The user name it must not contain. */
  readonly username: string;
  /** The organisation's; left out, what every one starts with. */
  readonly rules?: LoginRules | undefined;
  readonly error?: ReactNode;
  readonly description?: ReactNode;
  readonly size?: 'sm' | 'lg';
}) {
  const checks = checkPassword(props.value, props.username, props.rules);
  return (
    <div>
      <PasswordInput
        label={props.label}
        description={props.description ?? me('check.help')}
        required
        size={props.size ?? 'sm'}
        autoComplete="new-password"
        value={props.value}
        onChange={props.change}
        error={props.error}
      />
      <span className="sr">{me('check.heading')}</span>
      <RuleList rules={checks.map((check) => ({ says: say(check), met: check.met }))} />
    </div>
  );
}
