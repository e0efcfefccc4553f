import { Button, Loader, type ButtonProps } from '@mantine/core';
import type { MouseEventHandler, ReactNode } from 'react';

/** A button that shows that its work runs: the label stays, a spinner takes the place of the icon, a second press does nothing. */
export function BusyButton({
  busy,
  leftSection,
  onClick,
  type = 'button',
  ...rest
}: Omit<ButtonProps, 'leftSection'> & {
  readonly busy: boolean;
  readonly leftSection?: ReactNode;
  readonly onClick?: MouseEventHandler<HTMLButtonElement>;
  readonly type?: 'button' | 'submit';
  readonly children: ReactNode;
}) {
  const icon = busy ? <Loader size={14} color="currentColor" /> : leftSection;
  return (
    <Button
      {...rest}
      type={type}
      aria-disabled={busy}
      {...(icon ? { leftSection: icon } : {})}
      {...(onClick && !busy ? { onClick } : {})}
    />
  );
}
