export { cloudEvents, type CloudEventsOptions } from './cloud-events.js';
export { ecs, type EcsOptions } from './ecs.js';
export {
  checkFormatOptions,
  RECORD_BYTES,
  type Followed,
  type Format,
  type FormatOptions,
  type SentValues,
} from './format.js';
export { mapped, type Mapper } from './mapper.js';
export { ndjson } from './ndjson.js';
export { ocsf, type OcsfOptions } from './ocsf/ocsf.js';
export type { OcsfVersion } from './ocsf/classes.js';
export { recordLine } from './record-line.js';
