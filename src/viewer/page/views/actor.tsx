import type { JSX } from 'preact';
import { Text } from '../parts/text.js';

export function ActorView({ id }: { readonly id: string }): JSX.Element {
  return <Text of={id} />;
}
