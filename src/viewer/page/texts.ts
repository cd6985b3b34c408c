import type { Fault } from './api.js';
import type { FilterName } from './routes.js';

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

/** How it is known what an entry says. */
export const how = {
  change: 'Captured by a trigger of the database in the transaction that made the change ({tx}), whoever made it.',
  'change.client':
    'Captured by the application’s Prisma client in the transaction that made the change ({tx}). Writes that go past the client are not seen.',
  request: 'Recorded by the application when it had answered the request.',
  record: 'Recorded by the application, in its own words.',
  read: 'Told by whoever handed out the data, when it was read.',
  control: 'Written by the log about itself.',
  unreadable: 'What noticed it cannot be read.',
  noTx: 'no number is known',
  sealed:
    'Sealed {gap} after it happened, as entry {seq} of chain {origin}. Each entry of the chain has the hash of the one before it.',
  sealedBefore:
    'Sealed as entry {seq} of chain {origin}, by a clock that stood {gap} before the time it says for itself. Each entry of the chain has the hash of the one before it.',
  sealedUnknown: 'Sealed as entry {seq} of chain {origin}, nobody knows when.',
  late: 'That is longer than usual: the sealer was away, or it waited in the spool.',
};

/** Flags in words. */
export const flagTexts: Readonly<Record<string, string>> = {
  deferred:
    'The database was away when it happened. It waited in a file of the application (the spool), and was written later.',
  estimated: 'A part of it is an estimate.',
  gap: 'It tells of something that the log does not have.',
  malformed: 'What was captured could not be understood whole; it is sealed as it was found.',
  'no-context': 'No application said who acts. The actor is the role that was logged in to the database.',
  redacted: 'Values with secret names were taken out before it was stored.',
  replayed:
    'It was written again after the application had lost the answer to its first attempt. The same event may be here twice.',
  truncated: 'Some of it was too long, and was cut.',
};

/** What an entry does not show. */
export const notShown = {
  redacted: 'Never stored, since it may be secret: {fields}',
  masked: 'Only the last characters were stored: {fields}',
  cut: 'Too large to be stored; size and hash are: {fields}',
  ignored: 'Not logged, as the application has it: {fields}',
  erased: 'The section {section} was erased. Its seal stays, and shows that it was there.',
  notOpened: 'The section {section} is not opened to you whole.',
  unreadable: '{at} cannot be understood: {why}',
  unreadableFound: '{at} cannot be understood: {why}. There stands {found}',
  sections: { actor: 'actor', data: 'data' },
  why: {
    'not-json': 'it is no JSON',
    'not-an-object': 'it is no object',
    'not-utf8': 'it is no UTF-8',
    'not-canonical': 'it is not written as the sealer writes',
    'too-large': 'it is too large',
    'too-deep': 'it is nested too deep; it is shown as its text',
    'wrong-type': 'it is not of the type that it must be',
    unknown: 'no version of this log knows it',
    missing: 'it is missing',
  } as Readonly<Record<string, string>>,
};

/** Lengths of time. */
export const spans = { ms: '{count} ms', s: '{count} s', min: '{count} min', h: '{count} h', d: '{count} days' };
