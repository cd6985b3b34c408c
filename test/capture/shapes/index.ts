import { OF_ACTIONS } from './actions.js';
import { OF_ENDINGS, OF_TRANSACTIONS } from './endings.js';
import { OF_IDS } from './ids.js';
import { OF_RELATIONS } from './relations.js';
import type { Shape } from './shape.js';
import { OF_TO_MANY } from './to-many.js';
import { OF_TOGETHER } from './together.js';
import { OF_VALUES } from './values.js';

export const SHAPES_BY_PART: readonly (readonly [part: string, shapes: readonly Shape[]])[] = [
  ['one table × kind of id', OF_IDS],
  ['nested, to many', OF_TO_MANY],
  ['nested, to one and explicit many to many', OF_RELATIONS],
  ['referential actions', OF_ACTIONS],
  ['values, what is asked back, raw SQL', OF_VALUES],
  ['several things in one call', OF_TOGETHER],
  ['transactions', OF_TRANSACTIONS],
  ['failures × kind of transaction', OF_ENDINGS],
];

export const ALL_SHAPES: readonly Shape[] = SHAPES_BY_PART.flatMap(([, shapes]) => shapes);
