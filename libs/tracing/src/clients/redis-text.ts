/** How many leading arguments of a command name things; what comes after them is data, which ioredis would show. */
const NAMING_ARGUMENTS: Readonly<Record<string, number>> = {
  ACL: 1,
  AUTH: 0,
  CONFIG: 2,
  GEOADD: 1,
  GEODIST: 1,
  GEOHASH: 1,
  GEOPOS: 1,
  HELLO: 0,
  LREM: 2,
  MIGRATE: 0,
  SISMEMBER: 1,
  SMISMEMBER: 1,
  SMOVE: 2,
  SREM: 1,
  ZINCRBY: 2,
  ZLEXCOUNT: 1,
  ZMSCORE: 1,
  ZRANGEBYLEX: 1,
  ZRANK: 1,
  ZREM: 1,
  ZREMRANGEBYLEX: 1,
  ZREVRANGEBYLEX: 1,
  ZREVRANK: 1,
  ZSCORE: 1,
};
const SCRIPTS = /^EVAL(?:SHA)?(?:_RO)?$/;
const LONGEST = 500;

/**
 * A Redis command as its span tells it: with keys, and with `?` for every value and for the source of a script. `args` are as ioredis gives them, which
 * has the values of the commonest commands taken out; `namingElse` is for those that nobody looked at.
 */
export function redisText(operation: string, args: readonly string[], namingElse = Infinity): string {
  const naming = NAMING_ARGUMENTS[operation] ?? namingElse;
  const shown = SCRIPTS.test(operation)
    ? scriptArguments(operation, args)
    : args.map((argument, index) => (index < naming ? argument : '?'));
  return [operation, ...shown].join(' ').slice(0, LONGEST);
}

/** The same for a client that shows its arguments as they are: the first is a key, as it is of nearly all commands. */
export function rawRedisText(command: string, args: readonly unknown[]): string {
  return redisText(command.toUpperCase(), args.map(String), 1);
}

// The script or its hash, the number of keys, the keys, and then data.
function scriptArguments(operation: string, [script = '', count = '', ...rest]: readonly string[]): readonly string[] {
  const keys = Number(count);
  const data = rest.map((argument, index) => (index < keys ? argument : '?'));
  return [operation.startsWith('EVALSHA') ? script : '?', count, ...data];
}
