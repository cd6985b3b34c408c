/** Where a test ends otherwise with Prisma 6, as a client of it without audit does (but for the probe's): names, what is said, why. */
export const OTHER_ANSWERS: readonly (readonly [name: RegExp, said: RegExp, why: string])[] = [
  [/savepoint/, /TypeError|tx\.\$transaction is not a function/, 'no transactions within transactions'],
  [
    /restrict|P2003/i,
    /Expected: "P2003"\s+Received: "DriverAdapterError"/,
    'knows no code for the RESTRICT of PostgreSQL 18',
  ],
  [/every type/, /\[DecimalError\] Invalid argument: -?\$?\d+[.,]/, 'cannot read money as the server writes it'],
  [/\$audit\(\)\.probe\(\), whoever acts/, /- +"client\.transaction ok"/, 'a tx has no $transaction to look at'],
];
