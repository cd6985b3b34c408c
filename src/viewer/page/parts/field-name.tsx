import type { JSX } from 'preact';
import { e } from '../entry-texts.js';
import { Text } from './text.js';

interface FieldNameProps {
  /** What is sealed: its column. */
  readonly field: string;
  /** What the application calls it, which no seal covers. */
  readonly label?: string | undefined;
}

/** What a field is called, with its column beside it where that is something else. */
export function FieldName({ field, label }: FieldNameProps): JSX.Element {
  if (label === undefined) return <Text of={field} limit={200} />;
  return (
    <>
      <Text of={label} limit={200} />{' '}
      <span class="aside">
        ({e.column} <Text of={field} limit={200} />)
      </span>
    </>
  );
}
