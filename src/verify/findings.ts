/**
 * `tamper`: somebody changed the log. `coverage`: something is not there yet, or cannot be judged. `policy`: the log agrees with itself,
 * and is not as whoever verifies demands.
 */
export type FindingClass = 'tamper' | 'policy' | 'coverage';

interface FindingText {
  /** `tampered` decides the verdict over all that is `incomplete`. */
  readonly kind: 'tampered' | 'incomplete';
  readonly class: FindingClass;
  /** In plain words. */
  readonly means: string;
  /** What whoever reads the report does next. */
  readonly todo: string;
}

const tamper = (means: string, todo: string) => ({ kind: 'tampered', class: 'tamper', means, todo }) as const;
const coverage = (means: string, todo: string) => ({ kind: 'incomplete', class: 'coverage', means, todo }) as const;

/** What can be found. Codes are stable. */
export const FINDINGS = {
  ENTRY_ALTERED: tamper(
    'the entry does not hash to its stored hash: it, or the one before it, was changed after sealing',
    'compare with a backup from before; find out who had the rights of the owner of the log',
  ),
  ENTRY_MISSING: tamper(
    'numbers are missing, in the middle of a chain or at its end',
    'compare with a backup from before; if the database was restored, see whether backup and restore are complete',
  ),
  ENTRY_EXTRA: tamper(
    'there are entries beyond the size of the chain, a number twice, or one below 0',
    'they were written by hand: find out who can write to the table entry',
  ),
  CHAIN_ALTERED: tamper(
    'the row of the chain (hash, frontier, origin, number, tenant) does not agree with its entries or with the other chains',
    'see whether there are findings in its entries too: without any they may be whole',
  ),
  CHAIN_MISSING: tamper(
    'a number of a chain is missing, there are entries of a chain that has no row, or a chain that was known is gone',
    'see whether this is the right database: pins and states name their deployment',
  ),
  CHAIN_REWRITTEN: tamper(
    'the first entries are not those that were known: the chain agrees with itself, and is not the one that was pinned',
    'the strongest finding there is: keep the pin, and compare with a backup from before',
  ),
  CHAIN_CUT: tamper(
    'the chain is shorter than when it was pinned',
    'a cut-off end, or the restore of an older backup: ask when there was one',
  ),
  OPENING_WRONG: tamper(
    'entry 0 does not open this chain, of this tenant; or there is none, or a second',
    'see whether the chain was given to another tenant',
  ),
  BODY_INVALID: tamper(
    'the body is not one that a sealer writes: its form, an unknown source, outcome, flag or severity, a member too many',
    'find out who holds the login of the sealer; compare with a backup from before',
  ),
  PROJECTION_ALTERED: tamper(
    'a column by which entries are found says something else than the sealed bytes: searches miss it or show it wrongly',
    'the sealed bytes count; find out who can write to the table entry',
  ),
  SECTION_ALTERED: tamper(
    'actor or data were changed, or added, after sealing',
    'the body of the entry is still what was sealed; look for the section in a backup from before',
  ),
  SECTION_MISSING: tamper(
    'actor or data are gone, or their salt',
    'the body of the entry is still what was sealed; look for the section in a backup from before',
  ),
  CONTENT_MISSING: tamper(
    'the captured row is gone',
    'the body of the entry is still what was sealed; look for the row in a backup from before',
  ),
  CAPTURE_DIFFERS: tamper(
    'the entry does not say what its captured row says: the sealer wrote something else, or the row was changed later',
    'the message has both values; find out who holds the login of the sealer, and who can write to the table content',
  ),
  ID_WRONG: tamper(
    'the time in the id is not that of the entry: queries by time miss it',
    'find out who holds the login of the sealer',
  ),
  ENTRY_UNREAD: tamper(
    'there are more or fewer rows of entries than were met in the chains, or two with one position or id: readers may see them',
    'look for rules, child tables and missing unique indexes of entry and content; doctor names some',
  ),
  TIME_BACKWARDS: tamper(
    'the entry was sealed before the one in front of it',
    'sealed_at was changed: a sealer never goes back, whatever the clock does',
  ),
  UNKNOWN_VERSION: coverage(
    'the body has a version, or was made by rules, that this verifier does not know',
    'verify with a newer version of the package',
  ),
  UNSEALED: coverage(
    'content has been waiting for its entry for too long',
    'see whether a sealer is running, and run again; if it stays, see doctor',
  ),
} as const satisfies Record<string, FindingText>;

export type FindingCode = keyof typeof FINDINGS;
