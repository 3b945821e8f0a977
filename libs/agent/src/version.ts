/** As in package.json, which is not read at each start of a traced program. */
export const AGENT_VERSION = '0.1.0';
