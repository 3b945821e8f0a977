import type { ExecutionStep } from '@tracelab/contracts/execution';

/** A line for each call, indented by depth. */
export const executionText = (step: ExecutionStep): string => `${linesOf(step, 0).join('\n')}\n`;

function linesOf(step: ExecutionStep, depth: number): string[] {
  const { operation, description, orderid, execution_time, status, error, children } = step;
  const note = error === undefined ? (status ?? '') : `${error.type}: ${error.message}`;
  const line = `${operation}: ${description}, OrderID: ${orderid}, Execution Time: ${execution_time}`;
  return [
    `${'  '.repeat(depth)}${line}${note === '' ? '' : ` (${note})`}`,
    ...children.flatMap(child => linesOf(child, depth + 1)),
  ];
}
