import { useEffect, useEffectEvent } from 'react';

/** What each key does; a name is `KeyboardEvent.key`, with `Shift+` before it where the key alone has no capital. */
export type KeyActions = Readonly<Record<string, () => void>>;

/** Listens for keys while the reader is not typing. */
export function useKeys(actions: KeyActions): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event)) return;
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      press(event);
    };
    window.addEventListener('keydown', listen);
    return () => {
      window.removeEventListener('keydown', listen);
    };
  }, []);
}

function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && target.type === 'checkbox') return false;
  if (target.matches('input, textarea, select, [contenteditable]')) return true;
  // A focused link or button has Enter for itself.
  return key === 'Enter' && target.matches('a, button, summary');
}
