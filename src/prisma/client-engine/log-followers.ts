import type { Followers, Following } from './followers.js';
import { Parameters, quoted, type Line } from './line.js';
import type { PlannedModel } from './plan.js';
import type { Write } from './statement.js';

export interface FollowersDone {
  readonly schema: string;
  readonly who: string;
  readonly followers: Followers;
  readonly write: Write;
  readonly model: PlannedModel;
  /** Old and new images of the rows that the statement has changed, as texts; the old one is `null` where it gave none. */
  readonly images: readonly (readonly string[])[];
}

/** Logs what became of the rows that were locked before the statement. Gives the reasons of what it could not log. */
export async function logFollowers(line: Line, done: FollowersDone): Promise<readonly string[]> {
  const { followers } = done;
  const twice = followers.twice && (await movesReferences(line, done));
  const gaps = twice ? ['a row that the statement changes and a referential action changes once more'] : [];
  for (const following of followers.following) {
    if (following.model.args === undefined) continue;
    const pairs = following.moved.length > 0 ? pairsOf(following, done) : [];
    if ((following.model.key.length === 0 && !following.goes) || pairs === undefined) {
      gaps.push(`rows of ${following.model.model} that a referential action changed cannot be found again`);
      continue;
    }
    await logRows(line, done, following, pairs);
  }
  return gaps;
}

/** Whether a column that others refer to has really got another value; a key is often written as it was. */
async function movesReferences(line: Line, { model, write, images }: FollowersDone): Promise<boolean> {
  if (images.some(([old]) => old === 'null')) return true;
  const columns = new Set(model.incoming.flatMap(({ references }) => references));
  const of = new Parameters();
  const differ = [...columns].map((column) => `(i.o).${quoted(column)} is distinct from (i.n).${quoted(column)}`);
  const { rows } = await line.query(
    of.query(`select exists (select from ${imagesOf(images, write, of)} i where ${differ.join(' or ')})`),
  );
  return rows[0]?.[0] === true;
}

/** Pairs of images as rows: `o` and `n`. */
function imagesOf(images: Pairs, { target }: Write, of: Parameters): string {
  const [old, now] = [0, 1].map((side) => of.texts(images.map((image) => String(image[side]))));
  return `(select a::${target} as o, b::${target} as n from unnest(${old}, ${now}) as u (a, b))`;
}

type Pairs = readonly (readonly string[])[];

/** Rows that were referred to, before and after. */
function pairsOf({ isFirst }: Following, { images, followers }: FollowersDone): Pairs | undefined {
  if (!isFirst) return undefined;
  const [only, ...others] = followers.direct;
  if (images.every(([old]) => old !== 'null')) return images;
  return only !== undefined && others.length === 0 && images.length === 1
    ? [[only, String(images[0]?.[1])]]
    : undefined;
}

async function logRows(line: Line, done: FollowersDone, following: Following, pairs: Pairs): Promise<void> {
  const { schema, who, write } = done;
  const { model, table, rows, moved } = following;
  const of = new Parameters();
  const change = `${quoted(schema)}.client_change(${of.text(String(model.args))}::text[], ${of.text(who)}, null, o.r, n.*)`;
  const before = `(select x::${table} as r from unnest(${of.texts(rows)}) x) o`;
  const referred =
    moved.length === 0
      ? ''
      : ` left join ${imagesOf(pairs, write, of)} p on ${moved.map(({ column, reference }) => `(p.o).${quoted(reference)} = (o.r).${quoted(column)}`).join(' and ')}`;
  const match = model.key.map((column) => {
    const move = moved.find((each) => each.column === column);
    return `n.${quoted(column)} = ${move === undefined ? `(o.r).${quoted(column)}` : `(p.n).${quoted(move.reference)}`}`;
  });
  // Without a key: whether the row is as it was.
  const on = match.length > 0 ? match.join(' and ') : '(n.*)::text = (o.r)::text';
  await line.query(of.query(`select count(${change}) from ${before}${referred} left join ${table} n on ${on}`));
}
