import type { JSX } from 'preact';
import { Text } from '../parts/text.js';

export function RecordView({ type, id }: { readonly type: string; readonly id: string }): JSX.Element {
  return <Text of={`${type} ${id}`} />;
}
