import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useSuggestions } from '../../api/use-suggestions.ts';
import { applySuggestion, completionAt, type Suggestion } from '../../model/query-completion.ts';
import { pageLocation, pathWith, useLocation } from '../../url/page-location.ts';

const NOTHING_ACTIVE = -1;
const TRACE_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{16})$/i;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** What is typed and not asked yet, what it may become, and what the keys do to it. */
export function useSearchDraft() {
  const { pathname, searchParams } = useLocation();
  const isSearch = pathname === '/' || pathname === '/search';
  const asked = isSearch ? (searchParams.get('q') ?? '') : '';
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(asked);
  const [caret, moveCaret] = useState(0);
  const [active, setActive] = useState(NOTHING_ACTIVE);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    setDraft(asked);
  }, [asked]);
  const completion = completionAt(draft, caret);
  const suggestions = useSuggestions(completion, isOpen);

  const edit = (text: string, at: number) => {
    setDraft(text);
    moveCaret(at);
    setActive(NOTHING_ACTIVE);
    setOpen(true);
  };
  const choose = (suggestion: Suggestion) => {
    const next = applySuggestion(draft, completion, suggestion);
    edit(next.text, next.caret);
    input.current?.focus();
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret));
  };
  const confirm = (event: KeyboardEvent) => {
    const chosen = isOpen ? suggestions[active] : undefined;
    if (event.key === 'Tab' && chosen === undefined) return;
    event.preventDefault();
    if (chosen !== undefined) {
      choose(chosen);
      return;
    }
    setOpen(false);
    ask(draft.trim(), isSearch);
  };
  const press = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined && suggestions.length > 0) {
      event.preventDefault();
      setOpen(true);
      setActive(Math.max(NOTHING_ACTIVE, Math.min(active + step, suggestions.length - 1)));
    }
    if (event.key === 'Enter' || event.key === 'Tab') confirm(event);
    if (event.key !== 'Escape') return;
    if (isOpen) setOpen(false);
    else input.current?.blur();
  };
  const isListed = isOpen && suggestions.length > 0;
  return { input, draft, suggestions, active, isListed, edit, moveCaret, setOpen, choose, press };
}

function ask(text: string, isSearch: boolean): void {
  if (TRACE_ID.test(text)) {
    pageLocation.go(`/trace/${text.toLowerCase()}`);
    return;
  }
  const base = isSearch ? pageLocation.current : new URL('/search', pageLocation.current);
  pageLocation.go(pathWith(new URL(`/search${base.search}`, base), { q: text }));
}
