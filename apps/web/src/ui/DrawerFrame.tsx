import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { kit } from '../lib/messages/kit.ts';
import type { SideDrawerProps } from './dialog-props.ts';
import css from './dialog.module.css';

/** What `SideDrawer` draws, apart from it so that a page is there before the drawers it may open. */
export default function DrawerFrame(props: SideDrawerProps) {
  const phone = useMediaQuery('(max-width: 48em)');
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
            {/* The first to have the focus: a link that had it would fetch the page it leads to. */}
            <Drawer.CloseButton aria-label={kit('close')} data-autofocus />
          </div>
          <div className={css.drawerBody}>{props.children}</div>
        </div>
      </Drawer.Content>
    </Drawer.Root>
  );
}
