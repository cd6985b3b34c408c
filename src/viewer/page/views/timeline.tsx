import type { JSX } from 'preact';
import { Loading } from '../parts/states.js';

export function Timeline(): JSX.Element {
  return <Loading />;
}
