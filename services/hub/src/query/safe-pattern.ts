import { BadParameter } from './bad-parameter.ts';

const MAX_LENGTH = 256;
const MAX_REPEATS = 4;
/** `(a+)+` and `(a|ab)*` run away; a group that is repeated at all is refused, which is simpler to say. */
const REPEATED_GROUP = /\)[*+{]/;
const BACK_REFERENCE = /\\[1-9k]/;
const LOOK_AROUND = /\(\?(?:=|!|<=|<!)/;

/**
 * Lets a pattern through that JavaScript's backtracking engine can be trusted with: Jaeger's is RE2, which cannot run
 * away. What is left can still be slow on one text; the thread that searches is watched for that.
 */
export function checkPattern(pattern: string): string {
  const why = faultOf(pattern);
  if (why !== undefined) throw new BadParameter(`malformed parameter query.filter: regular expression ${why}`);
  return pattern;
}

function faultOf(pattern: string): string | undefined {
  if (pattern.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  try {
    new RegExp(pattern, 'u');
  } catch {
    return 'cannot be read';
  }
  const bare = pattern.replace(/\[(?:[^\]\\]|\\.)*\]/g, 'x');
  if (BACK_REFERENCE.test(bare) || LOOK_AROUND.test(bare)) return 'looks around or back';
  if (REPEATED_GROUP.test(bare)) return 'repeats a group';
  const repeats = bare.replace(/\\./g, 'x').match(/[*+{]/g)?.length ?? 0;
  return repeats > MAX_REPEATS ? `repeats more than ${MAX_REPEATS} times` : undefined;
}
