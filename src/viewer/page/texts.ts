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
  zoneHere: 'this browser',
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
  searched: (found: number, of: number, more: boolean) => `${number(found)} of ${some(of, 'entry', 'entries')} that are loaded have the text${more ? '; scroll for more' : ''}.`, // prettier-ignore
  noneFound: 'No entry matches',
  noneFoundText: 'Nothing in the log fits all of the filters and the time range.',
  noneSearched: 'Not in what is loaded',
  noneSearchedText: 'The text is looked for in entries that are loaded. Filters look through the whole log.',
  noneYet: 'Nothing here yet',
  noneYetText: 'Entries appear here as soon as they are sealed.',
  noneOfTenant: 'This tenant has no entries.',

  export: 'Export',
  exportNote: (count: CountAnswer | undefined) => count === undefined ? 'What is filtered, as a file.' : `What is filtered, as a file: ${count.isExact ? number(count.count) : `more than ${number(count.count)}`} entries.`, // prettier-ignore
  forSheets: 'for spreadsheets',
  forPrograms: 'for programs; loses nothing',
  exported: (lines: number, bytes: number) => `${some(lines, 'entry', 'entries')}, ${size(bytes)}`,
  exportDone: (lines: number, bytes: number) => `Saved: ${some(lines, 'entry', 'entries')}, ${size(bytes)}.`,
  exportBroke: 'The connection broke before the end; what came of it was thrown away.',
  cancel: 'Cancel',

  accessText: 'doors, gates and barriers',
} as const;

export const faults: Readonly<Record<Fault, { readonly title: string; readonly text: string }>> = {
  ended: { title: 'Your session has ended', text: 'Sign in again in the application, then reload this page. The address keeps your filters.' }, // prettier-ignore
  denied: { title: 'You may not see this', text: 'The application does not let you read this part of the log. If you could before, what you may see has changed.' }, // prettier-ignore
  absent: { title: 'It is not there, or not yours to see', text: 'What does not exist and what you may not see are answered alike.' }, // prettier-ignore
  'not-yet': { title: 'Not yet', text: 'What you ask for is not there yet.' },
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
  { title: 'In a list', keys: [['j ↓', 'Next entry'], ['k ↑', 'Entry before'], ['Enter', 'Open it'], ['e', 'Its actor'], ['r', 'History of its record'], ['g', 'All of its unit of work'], ['/', 'Filter'], ['f', 'Counts beside the list'], ['t', 'Live tail'], ['x', 'Export']] }, // prettier-ignore
  {
    title: 'On an entry',
    keys: [
      ['v', 'Verify it'],
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

/** How an entry is told, by what it is. Places are filled with what the entry says. */
export const sentences = {
  created: '{actor} created {resource}',
  deleted: '{actor} deleted {resource}',
  changedOne: '{actor} changed {field} of {resource} from {old} to {new}',
  setOne: '{actor} set {field} of {resource} to {new}',
  clearedOne: '{actor} cleared {field} of {resource}, which was {old}',
  changedHidden: '{actor} changed {field} of {resource}, whose values are not shown',
  changedSeveral: '{actor} changed {resource}: {changes}',
  changedNothing: '{actor} wrote {resource} without changing a field that is logged',
  truncated: '{actor} emptied the table {type} of {count} rows',
  lost: 'a change of {type} went through without its values: the log could not take them ({error})',
  unseenWrite: '{actor} wrote to {type} in a way that the log could not follow: {why}',
  read: '{actor} read {resource}',
  readSeveral: '{actor} read {count} records of {type}',
  readNone: '{actor} looked for {type} and found nothing',
  readSome: '{actor} read {type}',
  signedIn: '{actor} signed in',
  signInFailed: 'somebody tried to sign in as {claimed} and failed',
  signInDenied: 'somebody tried to sign in as {claimed} and was refused',
  signInFailedUnknown: 'somebody tried to sign in and failed',
  signedOut: '{actor} signed out',
  performed: '{actor} performed {action}',
  performedOn: '{actor} performed {action} on {resource}',
  did: '{actor} {did} {resource}',
  triedPerformed: '{actor} tried {action}',
  triedPerformedOn: '{actor} tried {action} on {resource}',
  tried: '{actor} tried to {do} {resource}',
  unmatched: '{actor} asked for a page that does not exist',
  folded: '{count} requests were counted, and not logged one by one',
  entered: '{who} came in at {point}',
  left: '{who} went out at {point}',
  turnedAway: '{who} was turned away at {point}',
  visited: '{who} came as a visitor at {point}',
  lookedAtLog: '{reader} looked at the log and was shown {count} entries',
  lookedAtOne: '{reader} looked at the log and was shown one entry',
  exported: '{reader} took a copy of entries out of the log, as {format}',
  verified: '{reader} had the log verified: {verdict}',
  chainOpened: 'the log opened this chain',
  heads: 'the registry told how far {count} chains had come',
  keyRotated: 'the key that signs the log changed from {from} to {to}',
  keyRotatedUnvouched:
    'the key that signs the log changed from {from} to {to}, and the one before does not vouch for it',
  restoreDeclared: 'somebody declared that the database was set back to a backup: {reason}',
  triggersChanged: '{count} triggers that capture changes are not what they were',
  triggerChanged: 'the trigger that captures changes of {table} was {what}',
  backfilled: '{actor} loaded rows into {tables} while capture was switched off: {reason}',
  shed: '{count} events could not be kept, and are missing here',
  spoolDamaged: '{count} bytes of events that waited to be written were damaged',
  malformed: '{actor} wrote something that cannot be understood',
};

/** Around a sentence, and the words in it. */
export const saying = {
  withRole: '{name} ({role})',
  actingFor: '{who}, acting for {other},',
  system: '{name} (system)',
  service: 'the service {name}',
  aiAgent: 'the AI agent {name}',
  apiKey: 'the API key {name}',
  databaseRole: 'the database role {name}, without the application,',
  log: 'the log itself',
  anonymous: 'somebody who was not signed in',
  unknown: 'somebody unknown',
  erased: 'somebody whose name was erased',
  somebody: 'somebody',
  plate: '{subject} ({plate})',
  change: '{field} from {old} to {new}',
  set: '{field} to {new}',
  hidden: '{field} (not shown)',
  more: '{count} more fields',
  moreOne: 'one more field',
  letInBy: ', let in by {who}',
  asSaidBy: ', says {actor}',
  and: ' and ',
  comma: ', ',
  empty: 'empty',
  emptyText: 'an empty text',
  document: 'a document',
  list: 'a list of {count}',
  bytes: '{count} bytes',
  tooLarge: 'a value of {count} bytes',
  missing: '(not said)',
  failed: ' and failed',
  failedWith: ' and failed: {error}',
  denied: ' and was refused',
  partly: ', but only in part',
  oddOutcome: '; how it ended cannot be read',
  rows: '; {count} rows changed in the same request',
  row: '; one row changed in the same request',
};

/** Verbs of actions such as `invoice.approve`, with their past where it is not regular. */
export const verbs =
  'accept activate add approve archive assign attach block cancel:cancelled change charge check clear close complete confirm copy create deactivate decline delete deny disable discard dismiss download edit email enable expire export finish flag forward grant hold:held import invite issue link list lock mark merge move open pay:paid pause post print promote publish read:read refund reject release remove rename reopen reset:reset resolve restore resume revoke save schedule send:sent share ship:shipped sign start stop:stopped submit:submitted subscribe suspend transfer unlink unlock unpublish update upload validate verify view void withdraw:withdrew';
