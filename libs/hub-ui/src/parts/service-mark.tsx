import { serviceHue } from '@tracelab/trace-model';
import type { CSSProperties } from 'react';

/** Gives an element and what is in it the service's hue, which the style sheet makes a colour. */
export const hueStyle = (service: string, style: CSSProperties = {}): CSSProperties =>
  ({ ...style, '--hue': serviceHue(service) }) as CSSProperties;

/** A service's name behind its colour. */
export function ServiceMark({ service }: { readonly service: string }) {
  return (
    <span className="service-mark" style={hueStyle(service)}>
      {service}
    </span>
  );
}
