import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { useOverlay } from '../ui/use-overlay.ts';

/** A drawer at the start side for a phone's menus. Its title is for screen readers: what is in it says enough. */
export function MenuDrawer(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly children: ReactNode;
}) {
  useOverlay(props.open, props.close);
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
