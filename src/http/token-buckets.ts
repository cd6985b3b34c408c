import { systemClock } from '../event/clock.js';

/** More names than an application has actions. */
const MOST = 1_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** A bucket for each name: full at first, refilled evenly. Memory is bounded: the oldest bucket goes, and is full again. */
export class TokenBuckets {
  readonly #size: number;
  readonly #perMs: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param size tokens of a full bucket, which an empty one is again after `ms` milliseconds */
  constructor(size: number, ms: number, now = () => systemClock.monotonic()) {
    this.#size = size;
    this.#perMs = size / ms;
    this.#now = now;
  }

  has(name: string): boolean {
    return this.#bucket(name).tokens >= 1;
  }

  take(name: string): void {
    this.#bucket(name).tokens -= 1;
  }

  #bucket(name: string): Bucket {
    const now = this.#now();
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      bucket = { tokens: this.#size, at: now };
      this.#buckets.set(name, bucket);
      for (const oldest of this.#buckets.keys()) {
        if (this.#buckets.size <= MOST) break;
        this.#buckets.delete(oldest);
      }
    }
    bucket.tokens = Math.min(this.#size, bucket.tokens + (now - bucket.at) * this.#perMs);
    bucket.at = now;
    return bucket;
  }
}
