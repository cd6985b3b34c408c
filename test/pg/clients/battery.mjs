/** Each operation of one client, each change with its actor: a promise of what the application sees. */
export function battery(client, as) {
  const keys = (prefix, count) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  const insert = (tx, key) => client.inTransaction(tx, key);
  const twice = (key) =>
    client.transaction(
      (tx) => insert(tx, key),
      (tx) => as('bob', () => insert(tx, `${key}b`)),
    );
  const spread = (prefix, run) =>
    Promise.all(keys(prefix, 60).map((key) => as(`of ${key}`, () => run(key)))).then((all) => all.length);
  return {
    create: () => as('ann', () => client.create('a')),
    update: () => as('bob', () => client.update('a')),
    delete: () => as('cyd', () => client.delete('a')),
    bulk: () => as('ann', () => client.bulk(keys('bulk', 20))),
    transaction: () => as('ann', () => twice('t')),
    rollback: () =>
      as('ann', () =>
        client.transaction(
          (tx) => insert(tx, 'r'),
          () => Promise.reject(new Error('no')),
        ),
      ).catch((error) => error.message),
    nested: () => as('ann', () => client.nested('n')),
    raw: () => as('ann', () => client.raw(`insert into book (key) values ('raw')`)),
    'no context': () => client.create('nobody'),
    ...(client.prepared && {
      prepared: async () => {
        const all = [];
        for (const id of ['ann', 'bob', 'cyd']) all.push(await as(id, () => client.prepared(`p ${id}`)));
        return all;
      },
    }),
    ...(client.callback && { callback: () => as('ann', () => client.callback('callback')) }),
    ...(client.object && { object: () => as('ann', () => client.object('object')) }),
    ...(client.copy && { copy: () => as('ann', () => client.copy(keys('copy', 3))) }),
    ...(client.lazy && {
      lazy: async () => {
        const send = await as('ann', () => client.lazy('lazy'));
        return send();
      },
    }),
    'to read from': () => as('dee', () => client.bulk(['s1', 's2', 's3'])),
    ...(client.cursor && { cursor: () => as('ann', () => client.cursor()) }),
    ...(client.namedCursor && {
      'named cursor': async () => [await as('ann', client.namedCursor), await as('bob', client.namedCursor)],
    }),
    ...(client.stream && { stream: () => as('ann', () => client.stream()) }),
    '60 at once': () => spread('c', (key) => client.create(key)),
    '60 transactions': () =>
      spread('x', (key) =>
        client.transaction(
          (tx) => insert(tx, key),
          (tx) => insert(tx, `${key}b`),
        ),
      ),
  };
}
