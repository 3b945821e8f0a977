import { z } from 'zod';

import {
  ATTRIBUTE_LEVELS,
  type AttributeLevel,
  type Comparison,
  type Condition,
  type FieldName,
  type Operand,
} from '../store/trace-query.ts';
import { BadParameter } from './bad-parameter.ts';
import { parseGoDuration } from './go-duration.ts';
import { checkPattern } from './safe-pattern.ts';

// Jaeger's structured filter: {"op":"eq","args":[{"attr":{"key":"user_id"}},{"scalar":{"value":"1"}}]}.
const Scalar = z.object({ value: z.union([z.string(), z.number(), z.boolean()]), type: z.string().optional() });
type Scalar = z.infer<typeof Scalar>;

interface Expression {
  readonly op: string;
  readonly args: readonly Argument[];
}

interface Argument {
  readonly attr?: { readonly key: string; readonly level?: string | undefined } | undefined;
  readonly field?: { readonly name: string; readonly level?: string | undefined } | undefined;
  readonly nested?: Expression | undefined;
  readonly scalar?: Scalar | undefined;
  readonly list?: { readonly values: readonly Scalar[] } | undefined;
  readonly op?: string | undefined;
  readonly args?: readonly Argument[] | undefined;
}

const Level = z.string().optional();
const Argument: z.ZodType<Argument> = z.lazy(() =>
  z.object({
    attr: z.object({ key: z.string().min(1), level: Level }).optional(),
    field: z.object({ name: z.string(), level: Level }).optional(),
    nested: Expression.optional(),
    scalar: Scalar.optional(),
    list: z.object({ values: z.array(Scalar).max(100) }).optional(),
    op: z.string().optional(),
    args: z.array(Argument).optional(),
  }),
);
const Expression: z.ZodType<Expression> = z.lazy(() => z.object({ op: z.string(), args: z.array(Argument).max(100) }));

const MAX_LENGTH = 16_384;
const MAX_DEPTH = 20;

/** Reads a structured filter. Throws BadParameter, also for operations of Jaeger's draft that no store here can do. */
export function parseFilter(text: string): Condition {
  if (text.length > MAX_LENGTH || nesting(text) > 4 * MAX_DEPTH) throw malformed('it is too large');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed('it is not JSON');
  }
  const parsed = Expression.safeParse(json);
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error));
  return conditionOf(parsed.data, 0);
}

function nesting(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const character of text) {
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth--;
  }
  return deepest;
}

const malformed = (why: string) => new BadParameter(`malformed parameter query.filter: ${why}`);

const ORDERS: ReadonlyMap<string, Comparison> = new Map([
  ['eq', 'eq'],
  ['ne', 'ne'],
  ['gt', 'gt'],
  ['gte', 'gte'],
  ['lt', 'lt'],
  ['lte', 'lte'],
]);

function conditionOf({ op, args }: Expression, depth: number): Condition {
  if (depth > MAX_DEPTH) throw malformed('it nests too deep');
  if (op === 'and' || op === 'or') {
    if (args.length === 0) throw malformed(`${op} needs arguments`);
    return { op, of: args.map(argument => nestedOf(argument, depth)) };
  }
  if (op === 'not') return { op, of: nestedOf(only(args, op), depth) };
  if (op === 'exists') return { op, operand: operandOf(only(args, op)) };
  const [subject, object] = pair(args, op);
  const operand = operandOf(subject);
  const comparison = ORDERS.get(op);
  if (comparison !== undefined) return { op: 'compare', comparison, operand, value: valueOf(object, operand) };
  if (op === 'regex') return { op, operand, pattern: checkPattern(valueOf(object, operand)) };
  if (op === 'in') return anyOf(operand, object);
  if (op === 'not_in')
    return {
      op: 'and',
      of: [
        { op: 'exists', operand },
        { op: 'not', of: anyOf(operand, object) },
      ],
    };
  throw malformed(`operation ${JSON.stringify(op)} is not supported`);
}

function nestedOf(argument: Argument, depth: number): Condition {
  if (argument.nested !== undefined) return conditionOf(argument.nested, depth + 1);
  const { op, args } = argument;
  if (op === undefined || args === undefined) throw malformed('expected a nested expression');
  return conditionOf({ op, args }, depth + 1);
}

function only(args: readonly Argument[], op: string): Argument {
  const [argument] = args;
  if (argument === undefined || args.length !== 1) throw malformed(`${op} takes one argument`);
  return argument;
}

function pair(args: readonly Argument[], op: string): readonly [Argument, Argument] {
  const [subject, object] = args;
  if (subject === undefined || object === undefined || args.length !== 2) throw malformed(`${op} takes two arguments`);
  return [subject, object];
}

function anyOf(operand: Operand, { list }: Argument): Condition {
  if (list === undefined) throw malformed('in and not_in take a list');
  const of = list.values.map(scalar => ({
    op: 'compare' as const,
    comparison: 'eq' as const,
    operand,
    value: valueOf({ scalar }, operand),
  }));
  return { op: 'or', of };
}

const FIELD_OF_NAME: ReadonlyMap<string, FieldName> = new Map<string, FieldName>([
  ['service', 'service'],
  ['service.name', 'service'],
  ['service_name', 'service'],
  ['serviceName', 'service'],
  ['operation', 'operation'],
  ['operation_name', 'operation'],
  ['operationName', 'operation'],
  ['name', 'operation'],
  ['span.name', 'operation'],
  ['kind', 'kind'],
  ['span.kind', 'kind'],
  ['status', 'status'],
  ['span.status', 'status'],
  ['status.code', 'status'],
  ['status.message', 'status.message'],
  ['duration', 'duration'],
  ['start', 'start'],
  ['start_time', 'start'],
  ['trace_id', 'traceId'],
  ['traceId', 'traceId'],
  ['span_id', 'spanId'],
  ['spanId', 'spanId'],
  ['parent_span_id', 'parentSpanId'],
  ['parentSpanId', 'parentSpanId'],
  ['trace_state', 'traceState'],
  ['traceState', 'traceState'],
  ['scope.name', 'scope.name'],
  ['scope.version', 'scope.version'],
  ['event.name', 'event.name'],
]);

function operandOf({ attr, field }: Argument): Operand {
  if (attr !== undefined) return { attribute: attr.key, level: levelOf(attr.level ?? '') };
  if (field === undefined) throw malformed('expected attr or field');
  const level = field.level ?? '';
  const name = FIELD_OF_NAME.get(field.name) ?? FIELD_OF_NAME.get(`${level}.${field.name}`);
  // The name of a scope, event or resource is another than the span's.
  const qualified = level === '' || level === 'span' ? name : (FIELD_OF_NAME.get(`${level}.${field.name}`) ?? name);
  if (qualified === undefined) throw malformed(`field ${JSON.stringify(field.name)} is not known`);
  return { field: qualified };
}

function levelOf(level: string): AttributeLevel {
  if (level === '') return 'any';
  const known = ATTRIBUTE_LEVELS.find(own => own === level.toLowerCase());
  if (known === undefined) throw malformed(`level ${JSON.stringify(level)} is not known`);
  return known;
}

function valueOf({ scalar }: Argument, operand: Operand): string {
  if (scalar === undefined) throw malformed('expected a scalar');
  const text = String(scalar.value);
  if ('field' in operand) return fieldValue(operand.field, text);
  // Stored doubles are told in their shortest form.
  const isDouble = scalar.type === 'double' || scalar.type === 'float' || scalar.type === 'float64';
  return isDouble && text.trim() !== '' && !Number.isNaN(Number(text)) ? String(Number(text)) : text;
}

function fieldValue(field: FieldName, text: string): string {
  if (field === 'duration' && !/^\d+$/.test(text)) return parseGoDuration(text).toString();
  if (field === 'kind' || field === 'status') return text.toLowerCase();
  return text;
}
