import type { CountAnswer } from '../answers.js';
import type { Flag } from '../../event/types.js';
import type { Fault } from './api.js';
import type { FilterName } from './routes.js';

const number = (n: number): string => n.toLocaleString('en');
const some = (n: number, one: string, more: string): string => `${number(n)} ${n === 1 ? one : more}`;
const size = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** Every word that the page shows, in one place. */
export const t = {
  product: 'Audit log',
  timeline: 'Timeline',
  overview: 'Overview',
  access: 'Access log',
  loading: 'Loading',
  reload: 'Reload the page',
  tryAgain: 'Try again',
  noTime: 'no time',
  tenant: 'Tenant',
  defaultTenant: 'no tenant',
  allTenants: 'All tenants',
  zone: 'Time zone',
  theme: 'Theme',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  help: 'Keys',
  close: 'Close',
  skip: 'Skip to the content',
  navigation: 'Views',
  nowhere: 'There is no such page',
  nowhereText: 'The address leads nowhere in this viewer.',
  toTimeline: 'To the timeline',
  reader: 'You read as',
  entry: 'Entry',
  printed: 'printed',
  oneTenant: 'One tenant',
  show: 'Show',
  leaveOut: 'Leave out',

  columns: {
    time: 'Time', actor: 'Actor', action: 'Action', resource: 'Resource', outcome: 'Outcome', change: 'Summary', tenant: 'Tenant',
    source: 'Source', address: 'Address', request: 'Request id', severity: 'Severity', seq: 'Seq', duration: 'Duration',
    point: 'Point', direction: 'Direction', subject: 'Who', vehicle: 'Vehicle', method: 'Method', evidence: 'Evidence',
  }, // prettier-ignore
  noActor: 'not in the entry',
  anonymous: 'anonymous',
  actingFor: 'for',
  notShown: 'changed, not shown',
  moreFields: (n: number) => `+${n}`,
  unreadable: 'unreadable',
  unreadableText: 'A part of this entry could not be understood. Its page says which.',

  filter: 'Filter',
  filterHint: 'Filter: actor:ada, action:invoice.*, or any text',
  filterHintAccess: 'Filter: resource:AccessPoint:gate-1, outcome:denied, or any text such as a plate',
  filterMore: 'Add a filter',
  suggestions: 'Suggestions',
  contains: 'Contains',
  searchFor: 'Look for this text in what is loaded:',
  filters: 'Filters',
  clear: 'Clear',
  clearAll: 'Clear filters and time',
  apply: 'Apply',
  remove: 'Remove',
  any: 'any',
  range: 'Time range',
  rangeEnds: { from: 'From', to: 'Before' },
  rangeTurned: 'The end must come after the beginning.',
  allTime: 'All time',
  last: 'Last',
  since: 'Since',
  until: 'Before',
  presets: [['15m', 'Last 15 minutes'], ['1h', 'Last hour'], ['24h', 'Last 24 hours'], ['7d', 'Last 7 days'], ['30d', 'Last 30 days'], [undefined, 'All time']] as readonly (readonly [string | undefined, string])[], // prettier-ignore

  entriesFound: ({ count, isExact }: CountAnswer) =>
    isExact ? some(count, 'entry', 'entries') : `${number(count)}+ entries`,
  counts: 'Counts',
  facets: 'Counts of what is filtered',
  facetNames: { outcome: 'Outcome', action: 'Action', actor: 'Actor', resourceType: 'Resource', source: 'Source' },
  facetsCapped: (walked: number) => `Counted over the newest ${number(walked)} entries; there are more.`,
  moreOf: (n: number) => `${number(n)} more`,
  fewer: 'Fewer',
  view: 'View',
  columnsTitle: 'Columns',
  compact: 'Close rows',
  oldestFirst: 'Oldest first',
  link: 'Link',
  copyAbsolute: 'Copy a link that shows the same tomorrow',
  copyRelative: 'Copy a link whose time range moves along',
  copied: 'Copied.',
  copyByHand: 'This browser does not let it be copied; here it is:',
  linkNote: 'Whoever opens it sees what they may see.',
  tail: 'Live',
  tailStates: { off: '', opening: 'connecting', live: '', again: 'connecting again', stopped: 'stopped by the server' },
  tailNeedsTenant: 'Live follows one tenant: choose one',
  newEntries: (n: number) => `${some(n, 'new entry', 'new entries')} ↑`,

  stopped: 'Looked as far back as',
  stoppedFound: (n: number) => `, 10,000 entries at a time; ${number(n)} found so far.`,
  goOn: 'Go on looking',
  looking: 'Looking…',
  loadingMore: 'Loading more…',
  allShown: 'That is all there is.',
  searched: (found: number, of: number, more: boolean) => `${number(found)} of ${some(of, 'entry', 'entries')} that are loaded have the text${more ? '' : ', and that is all there is'}.`, // prettier-ignore
  searchOlder: 'Search older entries',
  noneFound: 'No entry matches',
  noneFoundText: 'Nothing in the log fits all of the filters and the time range.',
  noneSearched: 'No entry has the text',
  noneSearchedText: (looked: number) =>
    `It was looked for in all ${some(looked, 'entry', 'entries')} of the filters and the time range.`,
  noneYet: 'Nothing here yet',
  noneYetText: 'Entries appear here as soon as they are sealed.',
  noneOfTenant: 'This tenant has no entries.',

  readsHidden: (n: number) => `${some(n, 'read', 'reads')} of the log itself not shown`,
  muchLeftOut: 'Mostly reads of the log itself so far.',
  readSaid: (who: string, kind: string, n?: number) => `${who}: ${kind}${n === undefined ? '' : `, ${some(n, 'entry', 'entries')}`}`, // prettier-ignore
  readsShown: 'Reads of the log itself are shown',
  noneButReads: 'Nothing but reads of the log itself',
  noneButReadsText: 'Whoever looks at the log leaves an entry. They are left out here unless you ask for them.',

  export: 'Export',
  exportNote: (count: CountAnswer | undefined) => count === undefined ? 'What is filtered, as a file.' : `What is filtered, as a file: ${count.isExact ? number(count.count) : `more than ${number(count.count)}`} entries.`, // prettier-ignore
  exportReads: 'Reads of the log itself are in the file, also where the list leaves them out.',
  forSheets: 'for spreadsheets',
  forPrograms: 'for programs; loses nothing',
  exported: (lines: number, bytes: number) => `${some(lines, 'entry', 'entries')}, ${size(bytes)}`,
  exportDone: (lines: number, bytes: number) => `Saved: ${some(lines, 'entry', 'entries')}, ${size(bytes)}.`,
  exportNeedsTenant: 'An export is of one tenant: choose one above, and export each by itself.',
  exportBroke: 'The connection broke before the end; what came of it was thrown away.',
  cancel: 'Cancel',

  accessText: 'doors, gates and barriers',

  spans: ['24 hours', '7 days', '30 days'],
  entries: 'Entries',
  failed: 'Failed',
  none: 'none',
  never: 'Never',
  ago: 'ago',
  justNow: 'just now',
  units: { min: 'min', h: 'h', d: 'd' },
  chart: 'Entries over time',
  asTable: 'As a table',
  perHour: (hours: number) => (hours === 1 ? 'Entries per hour' : `Entries per ${hours} hours`),
  barSaid: (count: number, failed: number) => `${some(count, 'entry', 'entries')}, ${number(failed)} failed or denied`,
  barAll: (count: number, isExact: boolean) => `${number(count)}${isExact ? '' : '+'} entries`,
  barFailed: (count: number) => `${number(count)} failed or denied`,
  notAllHours: 'There are more entries than were counted: earlier bars are not complete.',
  noneInRange: 'Nothing in this time.',
  topActions: 'Most frequent actions',
  topActors: 'Most active',
  notVerified: 'Never verified',
  statusTitle: 'What the last verification said, as the log has it',
  lastVerify: 'Last verification',
  neverVerified: 'No verification is in the log.',
  verifyBelow: 'You can run one with the button below; whoever runs the log can as well:',
  verifyBy: 'Whoever runs the log can do it, and a reader of all tenants where this server may:',
  verifyCommand: 'nestjs-prisma-audit verify',
  lastCheckpoint: 'Last checkpoint',
  notSigned: 'Not signed',
  notSignedText: 'Without a key the log agrees only with itself.',
  lastAnchor: 'Last anchor',
  notAnchored: 'Not anchored',
  notAnchoredText: 'No checkpoint is kept outside of the database.',
  unsealed: 'Waiting to be sealed',
  noSealer: 'No sealer is running.',
  nothingWaits: 'Everything is sealed.',
  oldestWaits: (ms: number) => `the oldest for ${ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`}`,
  verify: 'Verify the whole log',
  verifyText: 'Recomputes every entry on the server. What your own browser recomputes is on the page of each entry.',
  verifyNow: 'Verify now',
  verifying: 'Verifying…',
  verifyStarts: 'Starting…',
  verifyProgress: (read: number, of: number) => `${number(read)} of ${number(of)} entries`,
  verifiedEntries: (entries: number, chains: number) =>
    `${some(entries, 'entry', 'entries')} in ${some(chains, 'chain', 'chains')}`,
  verdicts: {
    verified: 'Verified',
    tampered: 'Tampered with',
    incomplete: 'Incomplete',
    unverifiable: 'Not verifiable',
    unknown: 'Unknown verdict',
  },
  levels: {
    L0: 'the log agrees with itself. Whoever owns the database could make it agree anew.',
    L1: 'a key outside of the database has signed it.',
    L2: 'anchors outside of the database have it, up to the last one.',
    L3: 'it also goes on from what this auditor saw before.',
  },
  cannotKnow: 'What this verdict cannot know',
} as const;

export const faults: Readonly<Record<Fault, { readonly title: string; readonly text: string }>> = {
  ended: { title: 'Your session has ended', text: 'Sign in again in the application, then reload this page. The address keeps your filters.' }, // prettier-ignore
  stranger: {
    title: 'You may not see this',
    text: 'The application did not say what you may read. Sign in there, and reload this page.',
  },
  denied: { title: 'You may not see this', text: 'The application does not let you read this part of the log. If you could before, what you may see has changed.' }, // prettier-ignore
  absent: { title: 'It is not there, or not yours to see', text: 'What does not exist and what you may not see are answered alike.' }, // prettier-ignore
  'not-yet': { title: 'Not yet', text: 'What you ask for is not there yet.' },
  inconsistent: { title: 'The log does not agree with itself here', text: 'What is stored is not what was sealed. Have the whole log verified: nestjs-prisma-audit verify says what was changed.' }, // prettier-ignore
  invalid: { title: 'The filter is not understood', text: 'Change or remove the filter that is named here.' },
  away: { title: 'The log’s database is away', text: 'Nothing is lost by that: what happens meanwhile is logged when it is back. Try again in a moment.' }, // prettier-ignore
  timeout: { title: 'It took too long', text: 'A shorter time range or one more filter makes the question smaller.' },
  blocked: { title: 'The browser did not send a request', text: 'An ad blocker or another extension stopped it. Let it through for this page; nothing here leads to another server.' }, // prettier-ignore
  unreachable: { title: 'The server cannot be reached', text: 'The network is away, or the application does not run. What you see was loaded before.' }, // prettier-ignore
  failed: { title: 'The server could not answer', text: 'It says no more than this; its own log has the reason.' },
};

export const filterNames: Readonly<Record<FilterName, { readonly label: string; readonly hint: string }>> = {
  actor: { label: 'Actor', hint: 'id of who acted' },
  email: { label: 'E-mail', hint: 'of the actor' },
  address: { label: 'Address', hint: 'network address' },
  action: { label: 'Action', hint: 'invoice.approve, or invoice.*' },
  mark: { label: 'Mark', hint: 'of the catalogue of actions' },
  resource: { label: 'Resource', hint: 'Invoice, or Invoice:42' },
  outcome: { label: 'Outcome', hint: 'success, failure, denied, partial' },
  failures: { label: 'Failures', hint: 'all that did not succeed' },
  source: { label: 'Source', hint: 'what noticed it' },
  severity: { label: 'Severity', hint: 'info to critical' },
  flag: { label: 'Flag', hint: 'what the log says of its own knowledge' },
  requestId: { label: 'Request id', hint: 'as the application logs it' },
  group: { label: 'Unit of work', hint: 'a request with its writes' },
  tx: { label: 'Transaction', hint: 'of the database' },
};

/** Keys by where they work: names with spaces between, and what they do. */
export const keyTexts: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  { title: 'Everywhere', keys: [['1', 'Timeline'], ['2', 'Overview'], ['3', 'Access log'], ['?', 'These keys'], ['Esc', 'Close, or back']] }, // prettier-ignore
  { title: 'In a list', keys: [['j ↓', 'Next entry'], ['k ↑', 'Entry before'], ['Enter', 'Open it'], ['e', 'Its actor'], ['r', 'History of its record'], ['g', 'All of its unit of work'], ['/', 'Filter'], ['f', 'Counts beside the list'], ['t', 'Live tail'], ['c', 'Check seals'], ['x', 'Export']] }, // prettier-ignore
  {
    title: 'On an entry',
    keys: [
      ['v', 'Prove it up to a signature'],
      ['j k', 'Next and before in the list'],
    ],
  },
];

/** What each flag of an entry means. */
export const flagTexts: Readonly<Record<Flag, string>> = {
  deferred: 'Written from the spool, after the database was away',
  estimated: 'A time or a number in it is estimated',
  gap: 'Something may be missing before it',
  malformed: 'What the application handed over was not what it must be',
  'no-context': 'Nobody said who acted: it was written past the application',
  redacted: 'Secret values were left out before it was stored',
  replayed: 'It was handed over more than once, and stored once',
  truncated: 'Values were too long, and were cut',
};
