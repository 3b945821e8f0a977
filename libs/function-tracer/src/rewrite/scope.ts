import type { Node } from './node.ts';

/** A function on the way down the tree, and how its edits speak of its call. */
export interface Scope {
  readonly fn: Node;
  readonly traced: boolean;
  /** Its place in the file's list, if it is traced. */
  readonly functionIndex: number;
  /** The variable that holds the call's frame. */
  readonly frame: string;
  /** The variable that holds a value while something is said of it. */
  readonly value: string;
  /** The nearest traced function around it, whose call made this function. */
  readonly outer: Scope | undefined;
  /** How many traced functions are around it, itself included. */
  readonly depth: number;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly cancelsReturns: boolean;
}

/** The global through which rewritten code finds the runtime, and the prefix of every name that it brings in. */
export const RUNTIME = '__ft$';

/** Node leaves out the source line of an uncaught error when it holds this text; the hook prints the original one. */
export const HIDE_LINE = '/*node-do-not-add-exception-line*/';

export function suspends(scope: Scope): boolean {
  return scope.isAsync || scope.isGenerator;
}

/**
 * Takes the call's frame, or 0 where the runtime is absent, off, or has no use for this call. A function may also be
 * compiled from its text, where the variable of the call around it is not there.
 */
export function opening(scope: Scope, parameters: readonly string[]): string {
  const values = parameters.length === 0 ? '0' : `${RUNTIME}.on>1?{${parameters.join(',')}}:0`;
  const around = scope.outer?.frame;
  const outer = around === undefined ? '' : `,typeof ${around}=="object"?${around}:0`;
  const taken = `${RUNTIME}.e(@@,${values}${outer})`;
  return `let ${scope.frame}=typeof ${RUNTIME}=="object"&&${RUNTIME}.on?${taken}:0,${scope.value};try{`;
}

export function closing({ depth, frame }: Scope): string {
  return (closings[depth] ??=
    `}catch(${ERROR}){throw typeof ${RUNTIME}=="object"?${RUNTIME}.x(${frame},${ERROR}):${ERROR}}` +
    `finally{${frame}&&${frame}.l()}`);
}

const ERROR = `${RUNTIME}e`;
const closings: string[] = [];

/** Marks the suspension that follows; evaluates to nothing of interest. */
export function suspension({ frame }: Scope): string {
  return `${frame}&&${frame}.s()`;
}

/** Marks that the function runs again. */
export function resumption({ frame }: Scope): string {
  return `${frame}&&${frame}.u()`;
}

/** Keeps the value for the end of the call. */
export function capture({ frame, value }: Scope): string {
  return `${frame}&&(${frame}.v=${value})`;
}

/** Remembers where a value is thrown. */
export function throwNote({ frame }: Scope, position: number): string {
  return `${frame}&&(${frame}.p=${position})`;
}
