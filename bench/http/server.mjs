// One server in a process of its own, told what to do by the bench that forked it.
import { AuditService } from '../../dist/esm/index.js';
import { createApp } from './app.mjs';

// Prisma 7.10 queries one connection concurrently inside a transaction, and pg warns of it.
process.noDeprecation = true;

const options = JSON.parse(process.argv[2]);
const { app, prisma } = await createApp(options);
await app.listen(0, '127.0.0.1');
const audit = options.variant === 'none' ? undefined : app.get(AuditService, { strict: false });

const ANSWERS = {
  // The sealer's last rounds must not run in the time of the next server.
  settle: async () => {
    if (options.seal) await audit?.flush({ timeoutMs: 60_000 });
    process.send('settled');
  },
  stop: async () => {
    await app.close();
    await prisma.$disconnect();
    process.disconnect();
  },
};
process.on('message', (message) => {
  ANSWERS[message]().catch((error) => {
    console.error(error);
    process.exit(1);
  });
});
process.once('disconnect', () => process.exit()); // also when the bench is killed
process.send({ port: app.getHttpServer().address().port });
