import { useEffect, useRef } from 'react';

/** The overlays that are open, the topmost last. */
const open: symbol[] = [];

/** Whether a dialog or a drawer lies over the page. */
export const overlayIsOpen = (): boolean => open.length > 0;

/**
 * What every overlay does: Esc closes the topmost alone, and the focus goes back to what had it before. Overlays here are
 * mounted when they open and may lie on one another, neither of which the library's own handling sees.
 */
export function useOverlay(opened: boolean, close: () => void, closable = true): void {
  const opener = useRef<Element | null>(null);
  const was = useRef(false);
  const latest = useRef({ close, closable });
  latest.current = { close, closable };
  // Read while drawing: by the time effects run, the overlay's focus trap has moved the focus already.
  if (opened && !was.current) opener.current = document.activeElement;
  was.current = opened;
  useEffect(() => {
    if (!opened) return;
    const me = Symbol('overlay');
    open.push(me);
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || open.at(-1) !== me || !latest.current.closable) return;
      // An open list or menu within takes Esc for itself, and says so on the element that has the focus.
      if (event.target instanceof Element && event.target.getAttribute('data-mantine-stop-propagation') === 'true')
        return;
      event.preventDefault();
      latest.current.close();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
      // In the next turn: the same press of Esc must not find the overlay beneath on top.
      setTimeout(() => {
        open.splice(open.indexOf(me), 1);
      });
      const element = opener.current;
      setTimeout(() => {
        const free = !document.activeElement || document.activeElement === document.body;
        if (free && element instanceof HTMLElement && element.isConnected) element.focus({ preventScroll: true });
      }, 30);
    };
  }, [opened]);
}
