/**
 * What the client makes up is another value on each twin: times of today (`@updatedAt`, which a nested connect sets too),
 * and ids. The values of the programs are older, and no random ids.
 */
const MADE_UP =
  /20(?:2[5-9]|[3-9]\d)-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+\d\d)?|\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-(?!0{11})[0-9a-f]{12}\b|\bc[a-z0-9]{24}\b/g;

export const withoutMadeUp = (text: string): string => text.replace(MADE_UP, '<made up>');
