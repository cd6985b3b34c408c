/** Sent with the requests, and never to be found in the log. */
export const SECRET = { path: 'Xq-path-7', query: 'Xq-query-7', body: 'Xq-body-7' };
