// What `@oxc-project/runtime/helpers/decorate` resolves to in a file with `experimentalDecorators`.
'use strict';

module.exports = require('../../cell/helpers.mjs').decorate;
