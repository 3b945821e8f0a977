import { useMemo } from 'react';
import { useTrace } from '../../api/use-trace.ts';
import { compareRows } from '../../model/compare-rows.ts';
import { traceFacts } from '../../model/trace-facts.ts';
import { ErrorNotice, Notice, ProgressLine } from '../../parts/notices.tsx';
import { pageLocation, useParameter } from '../../url/page-location.ts';
import { CompareHeader } from './compare-header.tsx';
import { CompareTable } from './compare-table.tsx';

/** Two traces laid over each other, step by step. */
export function ComparePage() {
  const [a, b] = [useParameter('a'), useParameter('b')];
  const [before, after] = [useTrace(a), useTrace(b)];
  const sides = useMemo(
    () =>
      before.data === undefined || after.data === undefined
        ? undefined
        : {
            before: traceFacts(before.data),
            after: traceFacts(after.data),
            rows: compareRows(before.data, after.data),
          },
    [before.data, after.data],
  );
  if (a === '' || b === '') return <PickTwo a={a} b={b} />;
  const failed = [before, after].find(({ error }) => error !== null);
  if (failed?.error != null) return <ErrorNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  return (
    <main className="compare-page">
      <ProgressLine isBusy={before.isFetching || after.isFetching} />
      {sides !== undefined && (
        <>
          <CompareHeader before={sides.before} after={sides.after} />
          <CompareTable
            rows={sides.rows}
            longestNs={Math.max(1, sides.before.trace.durationNs, sides.after.trace.durationNs)}
          />
        </>
      )}
    </main>
  );
}

function PickTwo({ a, b }: { readonly a: string; readonly b: string }) {
  return (
    <main>
      <Notice title={a === '' && b === '' ? 'Two traces to compare' : 'One more trace to compare'}>
        <p>Tick two traces in the list, or press Compare on a trace; then come back here. Or paste their ids.</p>
        <form
          className="pick-two"
          onSubmit={event => {
            event.preventDefault();
            const data = new FormData(event.currentTarget);
            pageLocation.change({ a: idOf(data.get('a')), b: idOf(data.get('b')) }, { isStep: true });
          }}
        >
          <label>
            before <input name="a" defaultValue={a} placeholder="trace id" spellCheck={false} />
          </label>
          <label>
            after <input name="b" defaultValue={b} placeholder="trace id" spellCheck={false} />
          </label>
          <button type="submit">Compare</button>
        </form>
      </Notice>
    </main>
  );
}

const idOf = (value: FormDataEntryValue | null): string =>
  typeof value === 'string' ? value.trim().toLowerCase() : '';
