import { config } from 'zod';

// The pages' security policy forbids compiling code, which zod tries as soon as a schema is made: imported before any.
config({ jitless: true });
