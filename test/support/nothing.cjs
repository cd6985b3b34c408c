// In place of what a test does not use and jest on Node 20 cannot load: a CommonJS package that requires an ES module.
module.exports = () => undefined;
