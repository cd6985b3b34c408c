import type pg from 'pg';
import type { Client } from '../shapes/shape.js';

/** What runs a row: a plain connection of `psql`'s kind, and an audited client with a request's context around it. */
export interface Session {
  readonly sql: pg.Client;
  readonly prisma: Client;
}

/** Something that PostgreSQL can do to rows, whoever asks for it. */
export interface Statement {
  readonly name: string;
  /** Its own tables; they are made before the triggers are installed. */
  readonly setup: string;
  /** A text is sent by the plain connection. */
  readonly run: string | ((session: Session) => Promise<unknown>);
  /** As in a `Shape`: what a witness must have seen. */
  readonly sees: string;
  /** The SQLSTATE that it must end in. */
  readonly fails?: string;
  /** What the entries must look like besides, in their order: `{ data: { new } }`, `{ flags }`, … */
  readonly logs?: readonly object[];
  /** Release of PostgreSQL that has it. */
  readonly since?: number;
  readonly knownBug?: string;
}
