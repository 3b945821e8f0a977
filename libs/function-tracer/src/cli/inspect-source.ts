import { child, children, flag, isFunction, type Node, nodesBelow, text } from '../rewrite/node.ts';
import { type FunctionName, nameOf } from '../rewrite/names.ts';
import { parse, type ParsedSource } from '../rewrite/parse.ts';

/** How a function can be given tracing by hand. */
export type Way =
  /** A decorator before the method. */
  | { readonly way: 'decorator'; readonly at: number }
  /** A call around the function, which gives it the name of its constant if it has none of its own. */
  | { readonly way: 'call'; readonly start: number; readonly end: number; readonly name: string | undefined }
  /** An assignment before everything else: a declaration may be called before its line, a constant may not. */
  | { readonly way: 'assignment'; readonly name: string };

export interface InspectedFunction extends FunctionName {
  readonly line: number;
  readonly isAsync: boolean;
  readonly isMethod: boolean;
  readonly isTraced: boolean;
  /** Undefined if it cannot be given tracing by hand, or has it. */
  readonly way: Way | undefined;
}

export interface InspectedSource {
  readonly parsed: ParsedSource;
  readonly functions: readonly InspectedFunction[];
}

export function isTypeScript(filename: string): boolean {
  return /\.[cm]?tsx?$/.test(filename);
}

/** Finds every function of a file and how tracing could be added to each. Throws `SourceUnreadable`. */
export function inspectSource(filename: string, source: string): InspectedSource {
  const parsed = parse(filename, source, filename.endsWith('.cjs') ? 'commonjs' : 'unknown');
  const walk = new InspectionWalk(filename, source, parsed.program);
  walk.visit(parsed.program);
  return { parsed, functions: walk.functions };
}

class InspectionWalk {
  readonly functions: InspectedFunction[] = [];
  readonly #isTypeScript: boolean;
  readonly #source: string;
  readonly #path: Node[] = [];
  readonly #assigned: ReadonlySet<string | undefined>;

  constructor(filename: string, source: string, program: Node) {
    this.#isTypeScript = isTypeScript(filename);
    this.#source = source;
    this.#assigned = new Set(children(program, 'body').map(tracedByAssignment));
  }

  visit(node: Node): void {
    if (isFunction(node)) this.functions.push(this.#inspect(node));
    this.#path.push(node);
    for (const below of nodesBelow(node)) this.visit(below);
    this.#path.pop();
  }

  #inspect(fn: Node): InspectedFunction {
    const parent = this.#path.at(-1);
    const isMethod = parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition';
    const isTraced = this.#isTraced(fn);
    return {
      ...nameOf(fn, this.#path),
      line: this.#source.slice(0, fn.start).split('\n').length,
      isAsync: flag(fn, 'async'),
      isMethod,
      isTraced,
      way: isTraced || isTrivial(fn) ? undefined : this.#wayOf(fn, parent),
    };
  }

  #isTraced(fn: Node): boolean {
    const parent = this.#path.at(-1);
    if (parent?.type === 'CallExpression' && TRACE_CALLS.has(text(child(parent, 'callee'), 'name') ?? ''))
      return child(parent, 'callee') !== fn;
    if (this.#isModuleFunction(fn) && this.#assigned.has(text(child(fn, 'id'), 'name'))) return true;
    return children(parent ?? fn, 'decorators').some(isTraceDecorator) || this.#isInTracedClass();
  }

  #isInTracedClass(): boolean {
    const [body, method] = this.#path.slice(-2);
    const owner = this.#path.at(-3);
    return (
      body?.type === 'ClassBody' &&
      method?.type === 'MethodDefinition' &&
      owner !== undefined &&
      children(owner, 'decorators').some(isTraceDecorator)
    );
  }

  // What is made anew again and again would be traced anew each time.
  #wayOf(fn: Node, parent: Node | undefined): Way | undefined {
    if (parent === undefined || this.#path.some(isRepeated)) return undefined;
    if (parent.type === 'MethodDefinition') return this.#decoratorBefore(parent);
    const isConstant = parent.type === 'VariableDeclarator' && text(this.#path.at(-2), 'kind') === 'const';
    const name = text(child(fn, 'id'), 'name');
    if (isConstant && !isArrayOrNothing(parent))
      return {
        way: 'call',
        start: fn.start,
        end: fn.end,
        name: name === undefined ? text(child(parent, 'id'), 'name') : undefined,
      };
    return name !== undefined && this.#isModuleFunction(fn) ? { way: 'assignment', name } : undefined;
  }

  #isModuleFunction(fn: Node): boolean {
    const parent = this.#path.at(-1)?.type;
    return fn.type === 'FunctionDeclaration' && (parent === 'Program' || parent === 'ExportNamedDeclaration');
  }

  // JavaScript has no decorators yet, TypeScript none on private members, accessors and class expressions.
  #decoratorBefore(method: Node): Way | undefined {
    const isPlain = text(method, 'kind') === 'method' && child(method, 'key')?.type !== 'PrivateIdentifier';
    const isDeclared = this.#path.at(-3)?.type === 'ClassDeclaration';
    if (!this.#isTypeScript || !isPlain || !isDeclared) return undefined;
    const last = children(method, 'decorators').at(-1);
    const from = last?.end ?? method.start;
    return { way: 'decorator', at: from + leadingSpace(this.#source.slice(from)) };
  }
}

const TRACE_CALLS = new Set(['trace', 'flowTrace']);

/** The function of `f = trace(f)`. */
function tracedByAssignment(statement: Node): string | undefined {
  const assignment = child(statement, 'expression');
  const call = assignment?.type === 'AssignmentExpression' ? child(assignment, 'right') : undefined;
  if (call?.type !== 'CallExpression' || !TRACE_CALLS.has(text(child(call, 'callee'), 'name') ?? '')) return undefined;
  return text(children(call, 'arguments')[0], 'name');
}

function isRepeated(node: Node): boolean {
  return isFunction(node) || /^(?:For|While|DoWhile)/.test(node.type);
}

function isTraceDecorator(decorator: Node): boolean {
  const expression = child(decorator, 'expression');
  const name = text(expression?.type === 'CallExpression' ? child(expression, 'callee') : expression, 'name');
  return name === 'Trace' || name === 'TraceClass' || name === 'FlowTrace';
}

/** Nothing happens in it. */
function isTrivial(fn: Node): boolean {
  const body = child(fn, 'body');
  if (body?.type !== 'BlockStatement') return false;
  return children(body, 'body').every(
    statement => text(statement, 'directive') !== undefined || statement.type === 'EmptyStatement',
  );
}

function isArrayOrNothing(declarator: Node): boolean {
  return child(declarator, 'id')?.type !== 'Identifier';
}

/** How much blank space and how many comments a text begins with. */
function leadingSpace(source: string): number {
  return /^(?:\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*/.exec(source)?.[0].length ?? 0;
}
