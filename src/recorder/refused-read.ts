import type { Reached } from './port.js';
import type { ReadReceipt } from './read.port.js';

/** Of a read that no entry stands for. */
export function refusedRead(error: unknown): ReadReceipt {
  return {
    durable() {
      const answer = Promise.reject<Reached>(error);
      answer.catch(() => undefined); // a rejection that nobody handles must not end the process
      return answer;
    },
  };
}
