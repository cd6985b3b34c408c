import { parseArgs } from 'node:util';

const USAGE = `npm run bench -- [http|sealing|indexes|verify|read|viewer|export] [options]
  http                requests to a Nest application, on Express and on Fastify, and nothing else
  sealing             sealing beside a plain insert, and what the registry's ticks cost, and nothing else
  indexes             what each index by which entries are found costs the sealer, and nothing else
  verify              verifying a log of --entries, beside the plain COPY of its rows, and nothing else
  read                each question of docs/queries.md on a log of --entries, and nothing else
  viewer              what the pages of the viewer ask, by HTTP, on a log of --entries, and nothing else
  export              taking --entries along as a directory, and checking it, and nothing else
  --entries N         of that log (default: 100000)
  --quick             ends within five minutes; the figures are rougher
  --json FILE         writes the result as JSON as well
  --only STAGE        capture, pool, sealing or verify
  --sealer on|off     off: capture without a sealer in this process, to see what it adds (default: on)`;

/** The durations are budgets: a stage stops at the first even number of rounds beyond. */
const FULL = {
  cellMs: 12_000,
  warmUpMs: 1_500,
  sealingRounds: 7,
  sealingRows: 30_000,
  indexRounds: 7,
  indexRows: 30_000,
  verifyRounds: 5,
  httpCellMs: 40_000,
  readRounds: 100,
};
const QUICK = {
  cellMs: 1_600,
  warmUpMs: 200,
  sealingRounds: 3,
  sealingRows: 6_000,
  indexRounds: 3,
  indexRows: 9_000,
  verifyRounds: 3,
  httpCellMs: 5_000,
  readRounds: 20,
};

const COMMANDS = { verify: 'long verify' };

export function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        only: { type: 'string' },
        entries: { type: 'string', default: '100000' },
        sealer: { type: 'string', default: 'on' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      return process.exit(0);
    }
    const [command] = positionals;
    oneOf('the stage', command, [undefined, 'http', 'sealing', 'indexes', 'verify', 'read', 'viewer', 'export']);
    if (!/^[1-9]\d{2,8}$/.test(values.entries))
      throw new Error(`--entries is a number from 100, not ${values.entries}`);
    oneOf('--only', values.only, [undefined, 'capture', 'pool', 'sealing', 'verify']);
    oneOf('--sealer', values.sealer, ['on', 'off']);
    // A stage that is a command of its own runs under that alone.
    const runs = (stage) =>
      command === undefined
        ? !['http', 'indexes', 'long verify', 'read', 'viewer', 'export'].includes(stage) &&
          (values.only ?? stage) === stage
        : stage === (COMMANDS[command] ?? command);
    return {
      ...(values.quick ? QUICK : FULL),
      quick: values.quick,
      json: values.json,
      sealer: values.sealer,
      entries: Number(values.entries),
      runs,
    };
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    return process.exit(2);
  }
}

function oneOf(name, value, allowed) {
  if (!allowed.includes(value))
    throw new Error(`${name} is one of ${allowed.filter(Boolean).join(', ')}, not ${value}`);
}
