import { useEffect, useRef } from 'react';

const KEYS: readonly (readonly [title: string, keys: readonly (readonly [key: string, meaning: string])[]])[] = [
  [
    'Everywhere',
    [
      ['/', 'search'],
      ['?', 'this help'],
      ['Esc', 'close, or leave a field'],
    ],
  ],
  [
    'List of traces',
    [
      ['j k', 'next, previous'],
      ['Enter', 'open'],
    ],
  ],
  [
    'Trace',
    [
      ['j k  ↓ ↑', 'next, previous span'],
      ['← →', 'fold, unfold'],
      ['Enter', 'open or close the detail'],
      ['f', 'find; Enter or n next, N previous'],
      ['p', 'critical path on or off'],
      ['z 0', 'zoom to the span, show all'],
      ['c', 'copy the link to what you see'],
    ],
  ],
];

const WORDS: readonly (readonly [example: string, meaning: string])[] = [
  ['service:payment', 'also operation, kind, event; a,b for either; * for anything'],
  ['error:true', 'spans that failed'],
  ['duration>200ms', 'also >= < <=, with us, ms, s, m'],
  ['payment.method=paypal', 'any attribute; != ~ > < as well'],
  ['has:user.id', 'the attribute is there at all'],
  ['-cache.hit=true', 'a minus turns a term around, not a word'],
  ['via:order', 'the service takes part in the trace; -via:order: it does not'],
  ['a:1 OR a:2', 'either; of via it is via:a,b'],
  ['"card declined"', 'words anywhere in the span'],
];

/** Every key and every word of the search bar. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="key-help" aria-label="Keyboard and search help" onClose={onClose}>
      <form method="dialog">
        <button className="quiet" aria-label="Close help">
          ×
        </button>
      </form>
      <div className="key-groups">
        {KEYS.map(([title, keys]) => (
          <HelpList key={title} title={title} rows={keys} />
        ))}
        <HelpList title="Search" rows={WORDS} />
      </div>
    </dialog>
  );
}

interface HelpListProps {
  readonly title: string;
  readonly rows: readonly (readonly [term: string, meaning: string])[];
}

function HelpList({ title, rows }: HelpListProps) {
  return (
    <section>
      <h2>{title}</h2>
      <dl>
        {rows.map(([term, meaning]) => (
          <div key={term}>
            <dt>
              <kbd>{term}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
