export { s3Anchor, type S3AnchorOptions, type S3Like } from './s3-anchor.js';
