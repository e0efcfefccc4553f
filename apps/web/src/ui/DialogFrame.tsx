import { Modal } from '@mantine/core';
import { kit } from '../lib/messages/kit.ts';
import type { DialogProps } from './dialog-props.ts';
import css from './dialog.module.css';

/** What `Dialog` draws, apart from it so that a page is there before the dialogs it may open. */
export default function DialogFrame(props: DialogProps) {
  const closable = props.closable ?? true;
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
