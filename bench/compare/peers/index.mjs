import { EXPLITA } from './explita.mjs';
import { PRISMA_AUDIT } from './prisma-audit.mjs';

export const PEERS = [...PRISMA_AUDIT, ...EXPLITA];
