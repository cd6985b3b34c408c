import { expect, it, jest } from '@jest/globals';
import { onWake, wakeSealer } from '../../src/event/wake.js';

it('wakes every listener until it stops listening', () => {
  const heard: string[] = [];
  const stopA = onWake(() => heard.push('a'));
  const stopB = onWake(() => heard.push('b'));
  wakeSealer();
  stopA();
  wakeSealer();
  stopB();
  wakeSealer();
  expect(heard).toEqual(['a', 'b', 'b']);
});

it('lets a listener stop, and another begin, while all are woken', () => {
  const heard: string[] = [];
  const stop = onWake(() => {
    heard.push('once');
    stop();
  });
  wakeSealer();
  wakeSealer();
  expect(heard).toEqual(['once']);
});

it('is heard through another copy of the module', async () => {
  jest.resetModules();
  const copy = await import('../../src/event/wake.js');
  expect(copy.wakeSealer).not.toBe(wakeSealer);
  const listener = jest.fn();
  const stop = onWake(listener);
  copy.wakeSealer();
  expect(listener).toHaveBeenCalledTimes(1);
  stop();
});
