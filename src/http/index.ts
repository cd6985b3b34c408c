export type { AuditRequest } from './request.js';
export type { AuditedCall, AuditedOptions, ReasonOption } from './audited-options.js';
export type { Requests } from './policy-options.js';
export type { TrustedProxyOptions } from './trusted-proxy.js';
