import { useEffect, useRef } from 'react';

/**
 * Gives the focus back to what had it when an overlay opened, once the overlay has closed or is gone. Overlays here are
 * mounted when they open, which the library's own way of giving back does not see.
 */
export function useReturnFocus(open: boolean): void {
  const opener = useRef<Element | null>(null);
  const was = useRef(false);
  // Read while drawing: by the time effects run, the overlay's focus trap has moved the focus already.
  if (open && !was.current) opener.current = document.activeElement;
  was.current = open;
  useEffect(() => {
    if (!open) return;
    return () => {
      const element = opener.current;
      setTimeout(() => {
        const free = !document.activeElement || document.activeElement === document.body;
        if (free && element instanceof HTMLElement && element.isConnected) element.focus({ preventScroll: true });
      }, 30);
    };
  }, [open]);
}
