import { useKeys } from '../../state/use-keys.ts';
import { SuggestionList } from './suggestion-list.tsx';
import { useSearchDraft } from './use-search-draft.ts';

const LIST_ID = 'search-suggestions';

/** The one bar in which everything is asked, with suggestions of keys and values. */
export function SearchBar() {
  const { input, draft, suggestions, active, isListed, edit, moveCaret, setOpen, choose, press } = useSearchDraft();
  useKeys({ '/': () => input.current?.focus() });
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
        }}
        onSelect={event => {
          moveCaret(event.currentTarget.selectionStart ?? 0);
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
