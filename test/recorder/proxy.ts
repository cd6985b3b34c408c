import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
  /** The database behind this proxy. */
  readonly url: string;
  /** Connections made so far. */
  readonly connections: number;
  /**
   * What becomes of the server's next answer: it is thrown away and the connection cut, or it is never passed on and the
   * connection stays as it is. The statement was carried out in both cases.
   */
  loseNextAnswer(how: 'cut' | 'hang'): void;
  /** Resolves when the answer was lost. */
  readonly lost: Promise<void>;
  close(): Promise<void>;
}

/** `ReadyForQuery`, outside of a transaction: the server has committed, and says so. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** A proxy on the way to a PostgreSQL server, which can lose what the server says. */
export async function startProxy(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let connections = 0;
  let armed: 'cut' | 'hang' | undefined;
  let tell: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => (tell = resolve));

  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(Number(target.port), target.hostname);
    let silent = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (armed !== undefined && bytes.includes(READY)) {
        silent = true;
        if (armed === 'cut') client.destroy();
        armed = undefined;
        tell();
      }
      if (!silent) client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    get connections() {
      return connections;
    },
    loseNextAnswer: (how) => (armed = how),
    lost,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
