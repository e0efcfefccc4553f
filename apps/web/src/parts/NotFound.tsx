import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { frame } from '../lib/messages/frame.ts';
import css from './page-skeleton.module.css';

/** An address that leads nowhere, or to what one may not know about: the two are told alike. */
export function NotFound() {
  return (
    <div className={css.message}>
      <h1>{frame('notFoundTitle')}</h1>
      <p>{frame('notFoundText')}</p>
      <Button component={Link} to="/home" variant="default">
        {frame('toHome')}
      </Button>
    </div>
  );
}
