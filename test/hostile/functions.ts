/** Of each function that a part may execute: what its arguments can do at most, whoever chooses them. */
export const AT_MOST: Readonly<Record<string, string>> = {
  applied: 'none',
  backlog: 'none; counts, no content',
  level_of: 'names a table; says how its triggers are made',
  level_roles: 'none',
  logged_twice: 'none; names of models',
  lost: 'none; a number',
  pending: 'how many rows are looked at; a number',
  strangers: 'names a table; says whose types it has',
  watch_state: 'none; names of tables',
  evidence_state: 'none; sizes and times, names of machines',
  position: 'none; a number',
  unsealed: 'a position; a number',
  record:
    'any event, as any actor, of sources that an application has; never a row that says it was captured; refused beyond its bounds',
  record_change:
    'any change of engine `client`, as any actor; the id in it is the one it is found by; refused beyond its bounds',
  client_change: 'runs as its caller; hands text to `record_change`',
  record_verified: 'an entry `audit.verified` under the name of the role that calls; 64 KiB',
  record_read: 'an entry `audit.read` under the name of the role that calls; 64 KiB',
  record_exported: 'an entry `audit.exported` under the name of the role that calls; 64 KiB',
  followers: 'how many entries are counted, 100,000 at most; names of followers, counts and times',
  follower_acquire:
    'makes a follower, 1000 at most; holds the lease of one, for ten minutes at most, if nobody else does',
  follower_renew: 'keeps the lease that its caller has',
  follower_release: 'gives back the lease of a holder and epoch that its caller knows',
  follower_move:
    'under the lease, moves a cursor on to an entry that is there, and sets entries aside: what is between them is not followed',
  follower_failed: 'under the lease, counts a failure, with 2,000 characters of why',
  follower_replayed: 'under the lease, says what became of an entry that was to be replayed',
  follower_settle: 'has entries that were set aside replayed, or skipped, under the name of the role that calls',
  follower_reset: 'moves a cursor to any entry, under the name of the role that calls',
  follower_skip: 'moves a cursor on by an entry, which is listed as skipped under the name of the role that calls',
  sealed_sections:
    'ids of entries; their sections with salts, of the tenant that the transaction names, 16 MiB at most',
  acquire: 'holds the lease, for ten minutes at most, if nobody else does',
  renew: 'keeps the lease that its caller has',
  release: 'gives back the lease of a holder and epoch that its caller knows',
  reserve: 'uses up 100,000 positions',
  seal: 'seals late, in another order, or a header that says something else than its content: `verify` finds these; no content, no position that was not handed out, no time ahead of the clock',
  seal_registry:
    'heads of chains that are as far as it says, handed over keys and declared restores that `verify` checks; no other entry, of no other chain',
  save_checkpoint: 'a text as the next checkpoint, whose signature `verify` checks; never over one that is there',
  id_at: 'a time; an id',
  legible: 'none; of its argument alone',
  member: 'none; of its arguments alone',
  member_text: 'none; of its arguments alone',
  member_json: 'none; of its arguments alone',
  member_number: 'none; of its arguments alone',
  member_count: 'none; of its arguments alone',
  member_list: 'none; of its arguments alone',
  actor_text: 'none; of its argument alone',
  changed_fields: 'none; of its argument alone',
  sees_all: 'names a role; whether it sees all tenants',
  anchored: 'says that an anchor has a checkpoint that is there, which `verify` asks the anchor',
  broken_chains: 'none; numbers of chains',
  mend_positions: 'none; raises the sequence of positions to what is there',
  forget_keys: 'forgets event ids of at least seven days ago, in steps',
  watch_coverage: 'looks at the triggers, as anybody who seals',
};

/** Functions that make images with the rights of their caller, for engine `client`: of values alone, without a table. */
export const PURE = 'runs as its caller, on values alone';
/** Everything else is for the owner, who needs no function to do it. */
export const OWNERS = 'for the owner alone';
