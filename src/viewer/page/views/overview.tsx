import type { JSX } from 'preact';
import { Loading } from '../parts/states.js';

export function Overview(): JSX.Element {
  return <Loading />;
}
