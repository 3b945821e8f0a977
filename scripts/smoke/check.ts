/** A claim of a smoke test did not hold. */
export class ClaimFailed extends Error {
  override readonly name = 'ClaimFailed';
  readonly code = 'ClaimFailed';
}

/** Prints what was checked, and ends the smoke test where it does not hold. */
export function claim(text: string, holds: boolean, evidence = ''): void {
  process.stdout.write(`  ${holds ? 'ok  ' : 'FAIL'}  ${text}${evidence === '' ? '' : `: ${evidence}`}\n`);
  if (!holds) throw new ClaimFailed(`${text}: ${evidence}`);
}

/** Prints a figure beside its budget. Timing alone fails nothing: the machine may be busy with something else. */
export function figure(text: string, value: string, budget: string): void {
  process.stdout.write(`        ${text}: ${value} (budget ${budget})\n`);
}

/** Asks until the answer is there; undefined when it never is. */
export async function eventually<Result>(
  ask: () => Promise<Result | undefined>,
  limitMs: number,
): Promise<Result | undefined> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return undefined;
}
