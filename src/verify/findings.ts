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

const policy = (means: string, todo: string) => ({ kind: 'incomplete', class: 'policy', means, todo }) as const;

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
  HEADS_WRONG: tamper(
    'an entry of the registry does not say of which chains it tells, tells of less than one before it, or is longer than a sealer writes',
    'what the chains were then is not proved; compare with a backup from before',
  ),
  HEADS_DIFFER: tamper(
    'chains are not what the registry told of them: they were rewritten, cut off or dropped after that, or given another number',
    'the chains that the message names are not what was signed: compare them with a backup from before',
  ),
  HEAD_ALTERED: tamper(
    'the table head does not agree with what the registry told',
    'the registry counts; find out who can write to the table head',
  ),
  REGISTRY_REWRITTEN: tamper(
    'the registry is not the one that was signed: it was rewritten, chains with it, or the database is another one',
    'keep the checkpoint, it is the proof; compare with a backup from before',
  ),
  REGISTRY_CUT: tamper(
    'the registry is shorter than when it was signed',
    'a cut-off end, or the restore of an older backup that nobody declared: ask when there was one',
  ),
  EQUIVOCATION: tamper(
    'one key has signed two histories of one size: different people were shown different logs',
    'keep both checkpoints; find out who can use the key',
  ),
  CHECKPOINT_FORGED: tamper(
    'a checkpoint is not what the key that it names signs, or none at all',
    'somebody wrote it by hand: find out who can write there',
  ),
  CHECKPOINT_DIFFERS: tamper(
    'a checkpoint, signed by a key that nobody here vouches for, is not of this registry',
    'verify with a policy that has the key of the registry',
  ),
  KEY_OF_ANOTHER_TIME: tamper(
    'a checkpoint is signed by a key before or after its time',
    'find out who could still, or already, use that key',
  ),
  KEY_HANDOVER_FORGED: tamper(
    'the registry says that a key was handed over, and the one before did not sign that',
    'find out who holds the login of the sealer; do not trust the new key',
  ),
  ORIGIN_DIFFERS: tamper('this is not the log that the policy is about', 'see whether it is the right database'),
  CHAIN_UNTOLD: coverage(
    'the registry does not tell of all that was sealed before its last entry',
    'a sealer that does not know of the registry, or a chain that cannot grow: see doctor',
  ),
  CHECKPOINT_UNTRUSTED: policy(
    'a checkpoint is signed by no key of the policy',
    'a key that was changed without the one before: ask for its vkey in another way than by this database',
  ),
  RESTORE_DECLARED: policy(
    'the log goes on from a backup: what came after it and was signed is left behind',
    'ask for the reason and the time; see in the message whether both have a signed checkpoint in common: where there is none it may be another log of the same name. If you accept it, name it in "restores" of the policy',
  ),
  ANCHOR_UNREACHABLE: coverage(
    'an anchor could not be read',
    'try again, or ask whoever keeps it; without it nothing is proved by it',
  ),
  ANCHOR_MISSING: policy(
    'fewer anchors have a checkpoint of this registry than the policy asks for',
    'see whether the sealer reaches its anchors (doctor), and whether the policy names the right ones',
  ),
  ANCHOR_STALE: policy(
    'the newest anchored checkpoint is older than the policy allows: what came after it could be cut off',
    'see whether the sealer runs and reaches its anchors (doctor)',
  ),
  STANDBY_BEHIND: coverage(
    'this server follows another one, and has not received all that was signed',
    'wait and run again, or verify the server that it follows',
  ),
  BELOW_LEVEL: policy('less is proved than the policy asks for', 'the limits of the report say what is missing'),
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
