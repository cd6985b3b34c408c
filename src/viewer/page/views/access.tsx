import type { JSX } from 'preact';
import { Loading } from '../parts/states.js';

export function Access(): JSX.Element {
  return <Loading />;
}
