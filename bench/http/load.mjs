import { Agent, request } from 'node:http';

/** A number of clients, each with a connection that stays open, who send their next request when the last is answered. */
export function createLoad(port, clients) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  return {
    /** Sends `calls` requests, and as many again as a fifth before. Milliseconds of each that counts, and of all together. */
    async block(calls, bodyOf) {
      const each = Math.ceil(calls / clients);
      const leadIn = Math.floor(each / 5);
      await together(clients, leadIn, () => post(agent, port, bodyOf()));
      const times = [];
      const started = performance.now();
      await together(clients, each, async () => {
        const start = performance.now();
        await post(agent, port, bodyOf());
        times.push(performance.now() - start);
      });
      return { times, tookMs: performance.now() - started, sent: (each + leadIn) * clients };
    },
    close: () => agent.destroy(),
  };
}

const together = (clients, each, call) =>
  Promise.all(
    Array.from({ length: clients }, async () => {
      for (let n = 0; n < each; n += 1) await call();
    }),
  );

function post(agent, port, body) {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/126.0',
    'x-user': 'user_01HZX3V7Q8',
  };
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/invoices', headers }, (response) => {
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 201 ? resolve() : reject(new Error(`POST /invoices answered ${response.statusCode}`)),
      );
      response.resume();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
