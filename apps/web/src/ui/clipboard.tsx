import { kit } from '../lib/messages/kit.ts';
import { Ring } from './Ring.tsx';
import css from './secret.module.css';
import { toast } from './toast.tsx';

let generation = 0;

async function wipe(): Promise<boolean> {
  try {
    await navigator.clipboard.writeText('');
    return true;
  } catch {
    return false;
  }
}

/** Empties the clipboard when the page has the focus, else as soon as it has. Browsers refuse it without. */
function wipeWhenFocused(mine: number): void {
  const tell = (done: boolean) => {
    if (mine !== generation) return;
    toast({
      id: 'clipboard',
      message: kit(done ? 'clipboardCleared' : 'clipboardKept'),
      seconds: done ? 3 : 8,
      ...(done ? {} : { tone: 'bad' as const }),
    });
  };
  if (document.hasFocus()) {
    void wipe().then(tell);
    return;
  }
  window.addEventListener('focus', () => mine === generation && void wipe().then(tell), { once: true });
}

/**
 * Copies a password and empties the clipboard after `clearAfter` seconds (0 leaves it). A later copy takes over the
 * clock. Gives false when the browser did not allow copying.
 */
export async function copySecret(password: string, name: string, clearAfter: number): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(password);
  } catch {
    toast({ id: 'clipboard', tone: 'bad', seconds: 8, message: kit('copyFailed') });
    return false;
  }
  const mine = ++generation;
  toast({
    id: 'clipboard',
    seconds: clearAfter || 5,
    message: (
      <span className={css.copied}>
        {clearAfter > 0 && <Ring seconds={clearAfter} />}
        <span>{kit.rich('copiedFor', { name: <b>{name}</b>, seconds: clearAfter })}</span>
      </span>
    ),
  });
  if (clearAfter > 0) setTimeout(() => mine === generation && wipeWhenFocused(mine), clearAfter * 1000);
  return true;
}
