import type { JSX } from 'preact';
import { Text } from './text.js';

/** A value, behind what people call it where that is known: it is the value that is filtered by. */
export function Named({ value, label }: { readonly value: string; readonly label: string | undefined }): JSX.Element {
  if (label === undefined) return <Text of={value} limit={120} />;
  return (
    <span class="named">
      <Text of={label} limit={120} />{' '}
      <span class="named-id">
        <Text of={value} limit={60} />
      </span>
    </span>
  );
}
