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
export const flagSentences: Readonly<Record<string, string>> = {
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
