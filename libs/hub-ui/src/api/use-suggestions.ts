import { HubAttributeKeys, HubAttributeValues, V3Operations, V3Services } from '@tracelab/contracts/trace-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import {
  type Completion,
  fixedValues,
  keySuggestions,
  plainSuggestion,
  type Suggestion,
} from '../model/query-completion.ts';
import { askHub, hubPath } from './ask-hub.ts';

const LIMIT = 50;
const MAX_SERVICES_ASKED = 20;

/** What the word under the caret may become. */
export function useSuggestions(completion: Completion, isOpen: boolean): readonly Suggestion[] {
  const subject = completion.kind === 'value' ? completion.key : '';
  const { data } = useQuery({
    queryKey: ['suggestions', completion.kind, subject, completion.prefix],
    queryFn: ({ signal }) => suggestionsFor(completion, signal),
    enabled: isOpen,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });
  return data ?? [];
}

async function suggestionsFor(completion: Completion, signal: AbortSignal): Promise<Suggestion[]> {
  const { prefix } = completion;
  if (completion.kind === 'key') {
    const { keys } = await askHub(hubPath('/api/hub/attributes', { limit: 200 }), HubAttributeKeys, signal);
    return keySuggestions(prefix, keys).slice(0, LIMIT);
  }
  const known = fixedValues(completion.key) ?? (await namesFor(completion.key, signal));
  if (known !== undefined) return holding(known, prefix);
  const key = completion.key === 'has' ? undefined : completion.key;
  if (key === undefined) {
    const { keys } = await askHub(hubPath('/api/hub/attributes', { limit: 200 }), HubAttributeKeys, signal);
    return holding(
      keys.map(own => plainSuggestion(own.key)),
      prefix,
    );
  }
  const path = hubPath(`/api/hub/attributes/${encodeURIComponent(key)}/values`, {
    prefix: prefix === '' ? undefined : prefix,
    limit: LIMIT,
  });
  const { values } = await askHub(path, HubAttributeValues, signal);
  return values.map(({ value, spanCount }) => ({
    ...plainSuggestion(value),
    hint: `${spanCount.toLocaleString('en-US')} spans`,
  }));
}

async function namesFor(key: string, signal: AbortSignal): Promise<Suggestion[] | undefined> {
  if (key !== 'service' && key !== 'via' && key !== 'operation' && key !== 'name') return undefined;
  const { services } = await askHub('/api/v3/services', V3Services, signal);
  if (key === 'service' || key === 'via') return services.map(plainSuggestion);
  const answers = await Promise.all(
    services.slice(0, MAX_SERVICES_ASKED).map(async service => {
      const { operations } = await askHub(hubPath('/api/v3/operations', { service }), V3Operations, signal);
      return operations.map(({ name }) => ({ ...plainSuggestion(name), hint: service }));
    }),
  );
  return [...new Map(answers.flat().map(own => [own.label, own])).values()];
}

const holding = (suggestions: readonly Suggestion[], prefix: string) =>
  suggestions.filter(({ label }) => label.toLowerCase().includes(prefix.toLowerCase())).slice(0, LIMIT);
