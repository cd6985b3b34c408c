export { catalogueOf, type SchemaFile } from './catalogue.js';
export { generate, MANIFEST, type GeneratorSettings, type Request, type TriggerText } from './handler.js';
