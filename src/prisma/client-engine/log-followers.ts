import type { Followers, Following } from './followers.js';
import { Parameters, quoted, type Line } from './line.js';
import type { PlannedModel } from './plan.js';
import type { Write } from './statement.js';

/** Old and new images of rows, as texts of their type. */
type Pairs = readonly (readonly string[])[];

/** What has become of the rows that are logged already; `undefined`: of those that the statement itself has changed. */
type Became = Map<Following | undefined, Pairs>;

export interface FollowersDone {
  readonly schema: string;
  readonly who: string;
  readonly followers: Followers;
  readonly write: Write;
  readonly model: PlannedModel;
  /** Of the rows that the statement has changed; `null` where it gave none. */
  readonly images: Pairs;
}

/** Logs what became of the rows that were locked before the statement. Gives the reasons of what it could not log. */
export async function logFollowers(line: Line, done: FollowersDone): Promise<readonly string[]> {
  const { followers, images, model, write } = done;
  const gaps: string[] = [];
  const lost = ({ model: { model: name } }: Pick<Following, 'model'>): string =>
    `rows of ${name} that a referential action changed cannot be found again`;
  if (followers.twice.length > 0) {
    // The second change begins where the statement's own ended.
    const again = { model, table: write.target, goes: false, moves: [], rows: images.map(([, now]) => String(now)) }; // prettier-ignore
    const found = followers.twice.some((column) => model.key.includes(column)) ? 0 : (await logRows(line, done, again, new Map())).length; // prettier-ignore
    if (found < again.rows.length) gaps.push(lost(again));
  }
  const became: Became = new Map([[undefined, images.filter(([old]) => old !== 'null')]]);
  for (const following of followers.following) {
    const { goes, rows } = following;
    const wanted = followers.following.some(({ moves }) => moves.some(({ through }) => through === following));
    if (following.model.args === undefined && !wanted) continue;
    const found = goes || following.model.key.length > 0 ? await logRows(line, done, following, became) : [];
    became.set(following, found);
    if (!goes && found.length < rows.length) gaps.push(lost(following));
  }
  return gaps;
}

/** Gives the rows that are still there, before and after. */
async function logRows(line: Line, done: FollowersDone, following: Following, became: Became): Promise<Pairs> {
  const { schema, who } = done;
  const { model, table, rows, moves, goes } = following;
  if (rows.length === 0) return [];
  const of = new Parameters();
  const change =
    model.args === undefined
      ? 'null'
      : `${quoted(schema)}.client_change(${of.text(model.args)}::text[], ${of.text(who)}, null, o.r, n.*)`;
  const before = `(select x::${table} as r from unnest(${of.texts(rows)}) x) o`;
  const referred = moves.map(({ pairs, through }, i) => {
    const images = imagesOf(became.get(through) ?? [], through?.table ?? done.write.target, of);
    const refers = pairs.map(({ column, reference }) => `(p${i}.o).${quoted(reference)} = (o.r).${quoted(column)}`);
    return ` left join ${images} p${i} on ${refers.join(' and ')}`;
  });
  const match = model.key.map((column) => {
    const now = moves.flatMap(({ pairs }, i) =>
      pairs.filter((pair) => pair.column === column).map(({ reference }) => `(p${i}.n).${quoted(reference)}`),
    );
    // A move that does not concern this row leaves its column.
    return `n.${quoted(column)} = coalesce(${[...now, `(o.r).${quoted(column)}`].join(', ')})`;
  });
  // Without a key: whether the row is as it was.
  const on = match.length > 0 ? match.join(' and ') : '(n.*)::text = (o.r)::text';
  // A row that was to be changed and is not found is not said to be deleted.
  const join = goes ? 'left join' : 'join';
  const result = await line.query(
    of.query(
      `select ${change}, (o.r)::text, (n.*)::text from ${before}${referred.join('')} ${join} ${table} n on ${on}`,
    ),
  );
  // Texts, as the statement says.
  const images = result.rows as readonly (readonly [unknown, string, string | null])[];
  return images.flatMap(([, old, now]) => (now === null ? [] : [[old, now]]));
}

/** Pairs of images as rows: `o` and `n`. */
function imagesOf(images: Pairs, table: string, of: Parameters): string {
  const [old, now] = [0, 1].map((side) => of.texts(images.map((image) => String(image[side]))));
  return `(select a::${table} as o, b::${table} as n from unnest(${old}, ${now}) as u (a, b))`;
}
