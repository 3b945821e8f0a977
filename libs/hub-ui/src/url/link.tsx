import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { pageLocation } from './page-location.ts';

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly href: string;
}

/** A link within the screens: no reload, and a real link for the middle button and for copying. */
export function Link({ href, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!isPlain || event.defaultPrevented) return;
    event.preventDefault();
    pageLocation.go(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
