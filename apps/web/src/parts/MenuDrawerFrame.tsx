import { Drawer } from '@mantine/core';
import type { MenuDrawerProps } from './menu-drawer-props.ts';

/** What `MenuDrawer` draws, apart from it: only phones have one. */
export default function MenuDrawerFrame(props: MenuDrawerProps) {
  return (
    <Drawer.Root opened={props.open} onClose={props.close} closeOnEscape={false} position="left" size={272}>
      <Drawer.Overlay />
      <Drawer.Content>
        <Drawer.Title className="sr">{props.title}</Drawer.Title>
        {props.children}
      </Drawer.Content>
    </Drawer.Root>
  );
}
