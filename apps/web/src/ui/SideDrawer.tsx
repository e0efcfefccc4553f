import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import css from './dialog.module.css';
import { useOverlay } from './use-overlay.ts';

/** A drawer at the end side for one thing looked at from a list: 480 px, 640 for audit records, the full screen on a phone. */
export function SideDrawer(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: ReactNode;
  readonly size?: number;
  /** Buttons or links beside the close button, such as "Open as page". */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  const phone = useMediaQuery('(max-width: 48em)');
  useOverlay(props.open, props.close);
  return (
    <Drawer.Root
      opened={props.open}
      onClose={props.close}
      closeOnEscape={false}
      position="right"
      size={phone ? '100%' : (props.size ?? 480)}
    >
      <Drawer.Overlay />
      <Drawer.Content>
        <div className={css.drawerColumn}>
          <div className={css.drawerHead}>
            <Drawer.Title className={css.drawerTitle}>{props.title}</Drawer.Title>
            {props.aside}
            <Drawer.CloseButton aria-label={kit('close')} />
          </div>
          <div className={css.drawerBody}>{props.children}</div>
        </div>
      </Drawer.Content>
    </Drawer.Root>
  );
}
