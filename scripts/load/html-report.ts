import type { LoadReport } from './report.ts';

export function htmlReport(report: LoadReport): string {
  return JSON.stringify(report);
}
