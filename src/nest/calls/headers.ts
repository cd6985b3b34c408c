type Headers = Readonly<Record<string, string>>;

/** Longer ones are not read: none of ours is. */
const LONGEST = 8192;

/** The text headers of a record of any; names in lower case, as Node has them. Total. */
export function textHeaders(headers: unknown): Headers {
  const found: Record<string, string> = {};
  if (typeof headers !== 'object' || headers === null) return found;
  try {
    for (const [name, value] of Object.entries(headers).slice(0, 100)) {
      const text = Buffer.isBuffer(value) ? value.toString('utf8', 0, LONGEST) : value;
      if (typeof text === 'string' && text.length <= LONGEST) found[name.toLowerCase()] = text;
    }
  } catch {
    // What could be read is there.
  }
  return found;
}

/**
 * Those of a message: of NATS (`getHeaders()`), Kafka (`getMessage().headers`), RabbitMQ (`getMessage().properties.headers`);
 * TCP, Redis and MQTT 3 have none.
 */
export function nestedHeaders(context: unknown): Headers {
  try {
    const headers = ask(context, 'getHeaders');
    if (headers !== undefined) return textHeaders(fromKeys(headers));
    const message = ask(context, 'getMessage') as
      { readonly headers?: unknown; readonly properties?: { readonly headers?: unknown } } | undefined; // of a broker's client
    return textHeaders(message?.headers ?? message?.properties?.headers);
  } catch {
    return {};
  }
}

function ask(context: unknown, name: string): unknown {
  if (typeof context !== 'object' || context === null) return undefined;
  const method: unknown = Reflect.get(context, name);
  return typeof method === 'function' ? ((Reflect.apply(method, context, []) as unknown) ?? undefined) : undefined;
}

/** NATS' headers are a map of its own: `keys()` and `get(name)`. */
function fromKeys(headers: unknown): unknown {
  const map = headers as { keys?: () => Iterable<string>; get?: (name: string) => unknown };
  if (typeof map.keys !== 'function' || typeof map.get !== 'function') return headers;
  return Object.fromEntries(Array.from(map.keys(), (name) => [name, map.get?.(name)]));
}
