import type { Finding } from './finding.ts';

/** Prints what was found, each with its remedy; the exit code is 1 where anything was. */
export function printDiagnosis(findings: readonly Finding[]): number {
  for (const { code, message, remedy } of findings) process.stdout.write(`${code}: ${message}. ${remedy}\n`);
  if (findings.length === 0) process.stdout.write('auto-agent: nothing wrong was found\n');
  return findings.length === 0 ? 0 : 1;
}
