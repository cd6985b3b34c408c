export { Followers, type Following } from './followers.js';
export type { FollowedEntry } from './followed-entry.js';
export type { FollowBatch, FollowContext, FollowHandler, FollowOptions, Rejected } from './options.js';
export type { FollowTransaction } from '../store/follow.port.js';
