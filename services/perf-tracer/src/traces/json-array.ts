const PORTION_CHARACTERS = 64 * 1024;

/** A JSON array as text, portion by portion, so that it may be longer than what fits in memory. */
export async function* jsonArray<Value>(
  values: Iterable<Value> | AsyncIterable<Value>,
  bodyOf: (value: Value) => unknown,
): AsyncGenerator<string> {
  let text = '[';
  let separator = '';
  for await (const value of values) {
    text += separator + JSON.stringify(bodyOf(value));
    separator = ',';
    if (text.length < PORTION_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield `${text}]`;
}
