import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import css from './dialog.module.css';
import { useOverlay } from './use-overlay.ts';

/** A dialog: 460 px, 640 wide, 880 for transfer lists. The title of a question names its object. */
export function Dialog(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: ReactNode;
  readonly size?: number;
  /** False while something must not be interrupted: Esc and a click outside then do nothing. */
  readonly closable?: boolean;
  readonly children: ReactNode;
}) {
  const closable = props.closable ?? true;
  useOverlay(props.open, props.close, closable);
  // Mantine's own header is a <header>, which axe counts as a second banner: ours is a plain row with a heading.
  return (
    <Modal.Root
      opened={props.open}
      onClose={props.close}
      size={props.size ?? 460}
      centered
      closeOnEscape={false}
      closeOnClickOutside={closable}
    >
      <Modal.Overlay />
      <Modal.Content onClick={(event) => event.stopPropagation()}>
        <div className={css.head}>
          <Modal.Title className={css.title}>{props.title}</Modal.Title>
          {closable && <Modal.CloseButton aria-label={kit('close')} />}
        </div>
        <Modal.Body px={20} pb={20}>
          {props.children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** The row of buttons at the end of a dialog. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={css.actions}>{children}</div>;
}
