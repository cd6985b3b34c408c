import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { e } from '../entry-texts.js';
import { count } from '../fill.js';
import type { Shown } from '../image.js';
import { ownZone } from '../time.js';
import { StoredText } from './stored-text.js';
import { Tree } from './tree.js';

/** One value, in the way that its kind is read. */
export function Value({ of }: { readonly of: Shown | undefined }): JSX.Element {
  if (of === undefined) return <span class="none">{e.noRecord}</span>;
  switch (of.kind) {
    case 'null':
      return <span class="none">{e.null}</span>;
    case 'json-null':
      return <span class="none">{e.jsonNull}</span>;
    case 'hidden':
      return <span class="hidden-value">{e.hidden[of.why]}</span>;
    case 'cut':
      return (
        <span>
          <span class="none">{e.cut.replace('{count}', count(of.bytes))}</span> <Hash of={of.sha256} />
        </span>
      );
    case 'bytes':
      return <Bytes hex={of.hex} bytes={of.bytes} />;
    case 'json':
      return <Tree of={of.value} />;
    case 'masked':
      return (
        <span>
          <StoredText of={of.text} /> <span class="aside">{e.masked}</span>
        </span>
      );
    default:
      return of.text === '' ? <span class="none">{e.emptyText}</span> : <PlainText of={of.text} />;
  }
}

/** A time in it keeps the zone in which it is stored, and says which. */
function PlainText({ of }: { readonly of: string }): JSX.Element {
  const zone = ownZone(of);
  if (zone === undefined) return <StoredText of={of} />;
  return (
    <span>
      <StoredText of={of} /> <span class="aside">{zone === '' ? e.noZone : e.storedIn.replace('{zone}', zone)}</span>
    </span>
  );
}

const Hash = ({ of }: { readonly of: string }): JSX.Element => (
  <span class="hash">
    {e.sha256} <StoredText of={of} />
  </span>
);

function Bytes({ hex, bytes }: { readonly hex: string; readonly bytes: number }): JSX.Element {
  const [hash, setHash] = useState<string>();
  const [isShown, show] = useState(false);
  useEffect(() => {
    // Only where the page came over https, or from this machine.
    void globalThis.crypto.subtle
      ?.digest('SHA-256', fromHex(hex))
      .then((digest) => setHash(toHex(new Uint8Array(digest))));
  }, [hex]);
  return (
    <span>
      <span class="none">{e.bytes.replace('{count}', count(bytes))}</span> {hash !== undefined && <Hash of={hash} />}{' '}
      {isShown ? (
        <StoredText of={hex} />
      ) : (
        <button type="button" class="more" onClick={() => show(true)}>
          {e.showBytes}
        </button>
      )}
    </span>
  );
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
