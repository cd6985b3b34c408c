import { rowJson } from '../export/row-json.js';
import type { ReaderScope } from '../query/scope.js';
import type { ScopedReader } from '../query/scoped-reader.js';
import type { ViewerSource } from './port.js';
import { NOT_KEPT } from './headers.js';
import type { ViewerAnswer, ViewerRequest } from './request.js';

/** A question of somebody who may ask. */
export interface Asked {
  readonly source: ViewerSource;
  readonly scope: ReaderScope;
  /** Of this request alone; what it shows is in the log before it is shown. */
  readonly reader: ScopedReader;
  /** Segments of the path that the route names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly request: ViewerRequest;
}

export type Answering = (asked: Asked) => Promise<ViewerAnswer>;

/** Plain values, an entry among them as a line of an export has it. */
export function json(value: unknown, status = 200): ViewerAnswer {
  return jsonText(rowJson(value), status);
}

export function jsonText(body: string, status = 200): ViewerAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': NOT_KEPT }, body };
}
