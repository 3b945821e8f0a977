import { useEffect, useRef } from 'react';
import type { Suggestion } from '../../model/query-completion.ts';

interface SuggestionListProps {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  readonly active: number;
  readonly onChoose: (suggestion: Suggestion) => void;
}

export function SuggestionList({ id, suggestions, active, onChoose }: SuggestionListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <ul ref={list} id={id} className="suggestions" role="listbox" aria-label="Suggestions">
      {suggestions.map((suggestion, index) => (
        <li
          key={suggestion.label}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          // Before blur, which would close the list.
          onMouseDown={event => {
            event.preventDefault();
            onChoose(suggestion);
          }}
        >
          <code>{suggestion.label}</code>
          <span>{suggestion.hint}</span>
        </li>
      ))}
    </ul>
  );
}
