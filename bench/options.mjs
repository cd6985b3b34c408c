import { parseArgs } from 'node:util';

const USAGE = `npm run bench -- [http] [options]
  http                requests to a Nest application, on Express and on Fastify, and nothing else
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
  verifyRounds: 5,
  httpCellMs: 40_000,
};
const QUICK = {
  cellMs: 1_600,
  warmUpMs: 200,
  sealingRounds: 3,
  sealingRows: 6_000,
  verifyRounds: 3,
  httpCellMs: 5_000,
};

export function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        only: { type: 'string' },
        sealer: { type: 'string', default: 'on' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      return process.exit(0);
    }
    const [command] = positionals;
    oneOf('the stage', command, [undefined, 'http']);
    oneOf('--only', values.only, [undefined, 'capture', 'pool', 'sealing', 'verify']);
    oneOf('--sealer', values.sealer, ['on', 'off']);
    const runs = (stage) =>
      stage === 'http' || command === 'http' ? stage === command : values.only === undefined || values.only === stage;
    return { ...(values.quick ? QUICK : FULL), quick: values.quick, json: values.json, sealer: values.sealer, runs };
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    return process.exit(2);
  }
}

function oneOf(name, value, allowed) {
  if (!allowed.includes(value))
    throw new Error(`${name} is one of ${allowed.filter(Boolean).join(', ')}, not ${value}`);
}
