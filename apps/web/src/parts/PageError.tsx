import { Button } from '@mantine/core';
import { frame } from '../lib/messages/frame.ts';
import css from './page-skeleton.module.css';

/** A page that broke while drawing. The frame around it goes on working. */
export function PageError() {
  return (
    <div className={css.message} role="alert">
      <h1>{frame('brokenTitle')}</h1>
      <p>{frame('brokenText')}</p>
      <Button variant="default" onClick={() => location.reload()}>
        {frame('reload')}
      </Button>
    </div>
  );
}
