import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useSuggestions } from '../../api/use-suggestions.ts';
import { applySuggestion, completionAt, type Suggestion } from '../../model/query-completion.ts';
import { useKeys } from '../../state/use-keys.ts';
import { pageLocation, pathWith, useLocation } from '../../url/page-location.ts';
import { SuggestionList } from './suggestion-list.tsx';

const LIST_ID = 'search-suggestions';
const NOTHING_ACTIVE = -1;
const TRACE_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{16})$/i;

/** The one bar in which everything is asked, with suggestions of keys and values. */
export function SearchBar() {
  const { pathname, searchParams } = useLocation();
  const isSearch = pathname === '/' || pathname === '/search';
  const asked = isSearch ? (searchParams.get('q') ?? '') : '';
  const [draft, setDraft] = useState(asked);
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(NOTHING_ACTIVE);
  const [isOpen, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setDraft(asked);
  }, [asked]);
  const completion = completionAt(draft, caret);
  const suggestions = useSuggestions(completion, isOpen);
  useKeys({ '/': () => input.current?.focus() });

  const edit = (text: string, at: number) => {
    setDraft(text);
    setCaret(at);
    setActive(NOTHING_ACTIVE);
  };
  const choose = (suggestion: Suggestion) => {
    const next = applySuggestion(draft, completion, suggestion);
    edit(next.text, next.caret);
    setOpen(true);
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret));
    input.current?.focus();
  };
  const submit = () => {
    setOpen(false);
    ask(draft.trim(), isSearch);
  };
  const press = (event: KeyboardEvent) => {
    const chosen = isOpen ? suggestions[active] : undefined;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && suggestions.length > 0) {
      event.preventDefault();
      setOpen(true);
      setActive(Math.max(NOTHING_ACTIVE, Math.min(active + step, suggestions.length - 1)));
    } else if (event.key === 'Enter' || (event.key === 'Tab' && chosen !== undefined)) {
      event.preventDefault();
      if (chosen === undefined) submit();
      else choose(chosen);
    } else if (event.key === 'Escape') {
      if (isOpen) setOpen(false);
      else input.current?.blur();
    }
  };
  const isListed = isOpen && suggestions.length > 0;
  return (
    <div className="search-bar" role="search">
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Search traces"
        aria-expanded={isListed}
        aria-controls={LIST_ID}
        aria-autocomplete="list"
        aria-activedescendant={isListed && active >= 0 ? `${LIST_ID}-${active}` : undefined}
        placeholder="service:payment error:true duration>200ms, words, or a trace id"
        spellCheck={false}
        autoComplete="off"
        value={draft}
        onChange={event => {
          edit(event.target.value, event.target.selectionStart ?? event.target.value.length);
          setOpen(true);
        }}
        onSelect={event => {
          setCaret(event.currentTarget.selectionStart ?? 0);
        }}
        onMouseDown={() => {
          setOpen(true);
        }}
        onBlur={() => {
          setOpen(false);
        }}
        onKeyDown={press}
      />
      {isListed && <SuggestionList id={LIST_ID} suggestions={suggestions} active={active} onChoose={choose} />}
    </div>
  );
}

function ask(text: string, isSearch: boolean): void {
  if (TRACE_ID.test(text)) {
    pageLocation.go(`/trace/${text.toLowerCase()}`);
    return;
  }
  const base = isSearch ? pageLocation.current : new URL('/search', pageLocation.current);
  pageLocation.go(pathWith(new URL(`/search${base.search}`, base), { q: text }));
}
