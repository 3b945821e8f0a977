/**
 * The `config.cors` of a route that pages of every origin may call, with their cookies: for answers that are the same for
 * everybody. A page's `sendBeacon` always sends cookies, so it needs no less.
 */
export const ANY_ORIGIN = {
  origin: true,
  credentials: true,
  maxAge: 600,
  methods: ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'],
};
