import { json, type Answering, type Asked } from '../asked.js';
import type { Verifying } from '../port.js';
import { Refused } from '../refused.js';

export const verifyState: Answering = async (asked) => json(verifyingOf(asked).state);

export const startVerify: Answering = async (asked) => {
  const verifying = verifyingOf(asked);
  verifying.start();
  return json(verifying.state, 202);
};

/** It reads all there is, and its report names what it finds. */
export const mayVerify = ({ source, scope }: Pick<Asked, 'source' | 'scope'>): boolean =>
  scope.tenants === 'all' &&
  scope.actions === undefined &&
  scope.fields === undefined &&
  source.verifying !== undefined;

function verifyingOf(asked: Asked): Verifying {
  const { verifying } = asked.source;
  if (verifying === undefined || !mayVerify(asked))
    throw new Refused(403, 'FORBIDDEN', 'whoever verifies the whole log sees all of it, and the option auditorUrl says as whom: run the command verify instead'); // prettier-ignore
  return verifying;
}
