// Loaded by bin/register.cjs before the program: everything here is synchronous.
import { Agent } from './agent.ts';
import { isTracedProcess } from './traced-process.ts';

const key = Symbol.for('@tracelab/agent');
const slot = globalThis as { [key]?: Agent | undefined };

// By NODE_OPTIONS and by hand, from two installations: loaded twice is once.
if (slot[key] === undefined && isTracedProcess()) slot[key] = Agent.start();
