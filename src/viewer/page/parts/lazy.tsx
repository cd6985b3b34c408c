import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failure, Loading } from './states.js';

/** A part of the page whose code is loaded when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => JSX.Element {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [, changed] = useState(0);
    const [error, setError] = useState<unknown>();
    useEffect(() => {
      if (loaded !== undefined) return;
      load().then(
        (part) => {
          loaded = part;
          changed((n) => n + 1);
        },
        // A newer version of the server has it under another name; or the session has ended.
        (reason: unknown) => setError(reason),
      );
    }, []);
    if (error !== undefined) return <Failure error={error} retry={() => location.reload()} />;
    if (loaded === undefined) return <Loading lines={3} />;
    const Part = loaded;
    return <Part {...props} />;
  };
}
