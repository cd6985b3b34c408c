#!/usr/bin/env node
/**
 * Where a process begins. It imports nothing by itself and is written in syntax that any Node reads: where the command line
 * cannot be loaded, Node would end with 1, which of `verify` says that the log was tampered with.
 */
import('./main.js').catch((error) => {
  process.exitCode = 2; // COULD_NOT_RUN
  process.on('uncaughtException', () => process.exit(2)); // nobody reads standard error
  process.stderr.write('error: ' + whyNotLoaded(error) + '\n');
});

/** Words of our own, and the name of a package: an error's text quotes paths. */
function whyNotLoaded(error: unknown): string {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  const found = /Cannot find (?:package|module) '([\w@/.-]+)'/.exec(String(message));
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return 'the command line could not be loaded: ' + (found ? 'the module ' + found[1] : 'a module') + ' is not installed; install nestjs-prisma-audit again, with its dependencies'; // prettier-ignore
  const version = process.versions.node.split('.').map(Number);
  if (Number(version[0]) < 20 || (version[0] === 20 && Number(version[1]) < 19))
    return 'the command line could not be loaded: this is Node ' + process.versions.node + ', and nestjs-prisma-audit needs 20.19 or newer'; // prettier-ignore
  return 'the command line could not be loaded, as if its files were not whole; install nestjs-prisma-audit again';
}
