import { wildcardPattern } from './wildcard-names.ts';

/** One of the services takes part in the trace, or, turned around, none of them does. */
export interface ViaTerm {
  /** `*` in a name is anything. */
  readonly services: readonly string[];
  readonly isNegated: boolean;
}

/** Whether the services of a trace meet every term. */
export function viaPredicate(terms: readonly ViaTerm[]): (services: readonly string[]) => boolean {
  const tests = terms.map(({ services, isNegated }) => {
    const names = services.map(namePredicate);
    return (own: readonly string[]) => own.some(service => names.some(isMeant => isMeant(service))) !== isNegated;
  });
  return services => tests.every(isMet => isMet(services));
}

function namePredicate(name: string): (service: string) => boolean {
  if (!name.includes('*')) return service => service === name;
  const pattern = new RegExp(wildcardPattern(name), 'u');
  return service => pattern.test(service);
}
